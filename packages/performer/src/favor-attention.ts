/**
 * FAVOR+: attention whose kernel is a product of features, so that the L × L matrix is never formed
 * (docs/math.md, eq. 7-10). Time and memory are linear in L. The feature map is an argument.
 *
 * A ones column beside the values carries the denominator: one sum serves numerator and denominator,
 * and one multiplication by the padding mask takes masked keys out of both.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Direction, FeatureMap } from "./feature-map.ts";
import { normalizeSums } from "./normalize.ts";
import { causalSum } from "./ordered-sum.ts";

export interface FavorOptions {
  readonly featureMap: FeatureMap;
  /** W [M, D] */
  readonly projection: tf.Tensor2D;
  readonly direction: Direction;
  /** C of the causal sums. */
  readonly chunkSize: number;
  /** [B, 1, L, 1] or null */
  readonly mask: tf.Tensor4D | null;
}

/** query, key, value [B, H, L, D] → [B, H, L, D] */
export function favorAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { featureMap, projection, direction, chunkSize, mask }: FavorOptions,
): tf.Tensor4D {
  const [B, H, L, D] = value.shape;
  const queryFeatures = featureMap.queryFeatures(query, projection);
  const { features, logScale } = featureMap.keyFeatures(key, projection, { direction, mask });
  const ones = tf.ones([B, H, L, 1]);
  const column = mask === null ? ones : tf.mul(ones, mask);
  const valueAndOne = tf.concat([mask === null ? value : tf.mul(value, mask), column], -1);

  if (direction === "bidirectional") {
    const state = tf.matMul(features, valueAndOne, true, false); // [B, H, M, D + 1]
    return normalizeSums(tf.matMul(queryFeatures, state) as tf.Tensor4D, mask);
  }
  const G = B * H;
  const M = features.shape[3];
  const sums = causalSum(
    tf.reshape(queryFeatures, [G, L, M]),
    tf.reshape(features, [G, L, M]),
    tf.reshape(valueAndOne, [G, L, D + 1]),
    { chunkSize, logScale: logScale && tf.reshape(logScale, [G, L, 1]) },
  );
  return normalizeSums(tf.reshape(sums, [B, H, L, D + 1]), mask);
}
