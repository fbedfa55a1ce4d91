/** Every mechanism and direction, and small inputs for them. */
import {
  type AttentionOptions,
  attention,
  type Direction,
  drawProjection,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import type * as tf from "@tensorflow/tfjs";
import { drawNormal } from "./draw.ts";

const NUM_FEATURES = 6;

export const KINDS = ["relu", "softmax-positive", "exact"] as const;
export type Kind = (typeof KINDS)[number];
export const DIRECTIONS: readonly Direction[] = ["bidirectional", "causal"];

/** [kind, direction] rows for test.each. */
export const MECHANISMS = KINDS.flatMap((kind) =>
  DIRECTIONS.map((direction) => [kind, direction] as const),
);

export function attentionConfig(kind: Kind, chunkSize = 4): AttentionConfig {
  if (kind === "exact") return AttentionConfig.parse({ mechanism: "exact" });
  const numFeatures = NUM_FEATURES;
  return AttentionConfig.parse({
    mechanism: "favor",
    featureMap: { kind },
    numFeatures,
    chunkSize,
  });
}

/** A kernel epsilon so large that a finite difference does not run into the curvature of the ratio. */
export function smoothConfig(kind: Kind): AttentionConfig {
  const config = attentionConfig(kind);
  return kind === "relu"
    ? ({ ...config, featureMap: { kind, kernelEpsilon: 0.5 } } as AttentionConfig)
    : config;
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
  options: Pick<AttentionOptions, "config" | "direction" | "paddingMask">,
): tf.Tensor4D {
  return attention(query, key, value, { ...options, projection });
}
