/** Every mechanism and direction, and small inputs for them. */
import {
  type AttentionOptions,
  attention,
  type Direction,
  drawProjection,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig, type FeatureMapConfig } from "@performer/schema";
import type * as tf from "@tensorflow/tfjs";
import { drawNormal } from "./draw.ts";

const NUM_FEATURES = 6;

export const KINDS = ["relu", "softmax-positive", "exact", "identity", "local"] as const;
export type Kind = (typeof KINDS)[number];
export const DIRECTIONS: readonly Direction[] = ["bidirectional", "causal"];

/** [kind, direction] rows for test.each. */
export const MECHANISMS = KINDS.flatMap((kind) =>
  DIRECTIONS.map((direction) => [kind, direction] as const),
);

export function attentionConfig(kind: Kind, chunkSize = 4): AttentionConfig {
  if (kind === "exact" || kind === "identity") return AttentionConfig.parse({ mechanism: kind });
  if (kind === "local") return AttentionConfig.parse({ mechanism: kind, window: chunkSize });
  return favorConfig(kind, chunkSize);
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
  return kind === "relu"
    ? ({ ...config, featureMap: { kind, kernelEpsilon: 0.5 } } as AttentionConfig)
    : config;
}

export const INPUT_NAMES = ["query", "key", "value"] as const;
type InputName = (typeof INPUT_NAMES)[number];

/** Inputs that a mechanism does not read, and for which tfjs therefore has no gradient. */
const UNREAD: Readonly<Record<string, readonly InputName[]>> = { identity: ["query", "key"] };

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

export function attend(
  { query, key, value, projection }: Inputs,
  options: Omit<AttentionOptions, "projection">,
): tf.Tensor4D {
  return attention(query, key, value, { ...options, projection });
}
