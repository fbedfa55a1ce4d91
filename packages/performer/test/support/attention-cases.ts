/** Every mechanism and direction, and small inputs for them. */
import {
  type AttentionOptions,
  attention,
  type Direction,
  drawProjection,
  initModel,
  type ParameterTree,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig, type FeatureMapConfig, ModelConfig } from "@performer/schema";
import type * as tf from "@tensorflow/tfjs";
import { drawNormal } from "./draw.ts";

const NUM_FEATURES = 6;

export const KINDS = [
  "relu",
  "softmax-positive",
  "relu-and-local",
  "exact",
  "identity",
  "local",
  "sparse",
  "lsh",
  "linformer",
] as const;
export type Kind = (typeof KINDS)[number];
export const DIRECTIONS: readonly Direction[] = ["bidirectional", "causal"];

/** Kinds whose output is a mean of values, and which have a causal form. */
export const AVERAGING = KINDS.filter((kind) => kind !== "linformer");

const inDirections = (kinds: readonly Kind[]) =>
  kinds.flatMap((kind) =>
    DIRECTIONS.filter((direction) => kind !== "linformer" || direction === "bidirectional").map(
      (direction) => [kind, direction] as const,
    ),
  );
/** [kind, direction] rows for test.each. */
export const MECHANISMS = inDirections(KINDS);

/** @param size of the chunk, window or bucket. */
export function attentionConfig(kind: Kind, size = 4): AttentionConfig {
  switch (kind) {
    case "exact":
    case "identity":
      return AttentionConfig.parse({ mechanism: kind });
    case "local":
      return AttentionConfig.parse({ mechanism: kind, window: size });
    case "sparse":
      return AttentionConfig.parse({ mechanism: kind, window: size, numGlobal: 2, numRandom: 2 });
    case "lsh":
      return AttentionConfig.parse({ mechanism: kind, bucketSize: size / 2, numHashes: 2 });
    case "linformer":
      return AttentionConfig.parse({ mechanism: kind, rank: size });
    case "relu":
    case "softmax-positive":
      return favorConfig(kind, size);
    case "relu-and-local":
      return AttentionConfig.parse({
        ...favorConfig("relu", size),
        localHeads: 1,
        localWindow: size,
      });
    default:
      return kind satisfies never;
  }
}

/** FAVOR+ with any of its feature maps, of which `KINDS` has two. */
export function favorConfig(kind: FeatureMapConfig["kind"], chunkSize = 4): AttentionConfig {
  const numFeatures = NUM_FEATURES;
  return AttentionConfig.parse({
    mechanism: "favor",
    featureMap: { kind },
    numFeatures,
    chunkSize,
  });
}

/** Maps whose features may be negative: no convex combination of values, and denominators are held. */
const SIGNED: readonly string[] = ["gelu", "cos", "tanh", "identity", "softmax-trigonometric"];
export const isPositive = (kind: FeatureMapConfig["kind"]) => !SIGNED.includes(kind);

/** A kernel epsilon so large that a finite difference does not run into the curvature of the ratio. */
export function smoothConfig(kind: Kind): AttentionConfig {
  const config = attentionConfig(kind);
  return kind === "relu" || kind === "relu-and-local"
    ? ({ ...config, featureMap: { kind: "relu", kernelEpsilon: 0.5 } } as AttentionConfig)
    : config;
}

export const INPUT_NAMES = ["query", "key", "value"] as const;
type InputName = (typeof INPUT_NAMES)[number];

/** Inputs that a mechanism does not read, and for which tfjs therefore has no gradient. */
const UNREAD: Readonly<Record<string, readonly InputName[]>> = {
  identity: ["query", "key"],
  lsh: ["key"],
};

/** `f` as a function of those inputs alone that the mechanism reads: what tf.grads can take. */
export function readBy(
  mechanism: string,
  all: Readonly<Record<InputName, tf.Tensor4D>>,
  f: (inputs: Readonly<Record<InputName, tf.Tensor4D>>) => tf.Tensor4D,
) {
  const names = INPUT_NAMES.filter((name) => !UNREAD[mechanism]?.includes(name));
  return {
    names,
    inputs: names.map((name) => all[name]),
    run: (...tensors: tf.Tensor[]) =>
      f({ ...all, ...Object.fromEntries(names.map((name, i) => [name, tensors[i]])) }),
  };
}

export interface Inputs {
  readonly query: tf.Tensor4D;
  readonly key: tf.Tensor4D;
  readonly value: tf.Tensor4D;
  /** W of FAVOR+, [NUM_FEATURES, 4]. */
  readonly projection: tf.Tensor2D;
}

/** query, key, value [2, L, 2, 4], projection [NUM_FEATURES, 4]. */
export function drawInputs(length: number, scale = 1): Inputs {
  const shape: [number, number, number, number] = [2, length, 2, 4];
  return {
    query: drawNormal("query", shape, scale),
    key: drawNormal("key", shape, scale),
    value: drawNormal("value", shape, scale),
    projection: drawProjection(
      "orthogonal",
      { numFeatures: NUM_FEATURES, headSize: 4 },
      randomKey(2),
    ),
  };
}

/** What a layer of the mechanism draws and learns, for sequences of up to maxLength. */
export function drawLayer(
  config: AttentionConfig,
  direction: Direction,
  maxLength = 16,
): Pick<AttentionOptions, "config" | "direction" | "projection" | "parameters"> {
  const model = initModel(
    ModelConfig.parse({
      maxLength,
      embeddingSize: 8,
      numHeads: 2,
      numLayers: 1,
      feedForwardSize: 1,
      direction,
      attention: config,
    }),
    randomKey(2),
  );
  const layer = (model.parameters["layers"] as ParameterTree)["0"] as ParameterTree;
  return {
    config,
    direction,
    projection: model.projections[0],
    parameters: layer["attention"] as ParameterTree,
  };
}

export function attend(
  { query, key, value, projection }: Omit<Inputs, "projection"> & Partial<Inputs>,
  options: AttentionOptions,
): tf.Tensor4D {
  return attention(query, key, value, { projection, ...options });
}
