/**
 * FAVOR+: attention whose kernel is a product of features, so that the L × L matrix is never formed
 * (docs/math.md, eq. 7-10). Time and memory are linear in L. The feature map is an argument.
 *
 * A ones column beside the values carries the denominator: one sum serves numerator and denominator,
 * and one multiplication by the padding mask takes masked keys out of both.
 */
import * as tf from "@tensorflow/tfjs-core";
import { denominatorFloor } from "./denominator-floor.ts";
import type { Direction, FeatureMap, KeyFeatures } from "./feature-map.ts";
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
  const queryFeatures = featureMap.queryFeatures(query, projection);
  const keyFeatures = featureMap.keyFeatures(key, projection, { direction, mask });
  const offset = featureMap.offset(queryFeatures.shape[3]);
  const extended = appendOne(value, mask);
  const sums =
    direction === "bidirectional"
      ? fullSum(queryFeatures, keyFeatures.features, extended, offset)
      : pastSum(queryFeatures, keyFeatures, extended, offset, chunkSize);
  const floor =
    featureMap.sign === "positive"
      ? null
      : () =>
          denominatorFloor(tf.add(queryFeatures, offset), tf.add(keyFeatures.features, offset), {
            direction,
            chunkSize,
            mask,
            logScale: keyFeatures.logScale,
          });
  return normalizeSums(sums, mask, floor);
}

/** [V 1], zero at masked positions, [B, H, L, D + 1] */
export function appendOne(value: tf.Tensor4D, mask: tf.Tensor4D | null): tf.Tensor4D {
  const [B, H, L] = value.shape;
  const extended = tf.concat([value, tf.ones<tf.Rank.R4>([B, H, L, 1])], -1);
  return mask === null ? extended : tf.mul(extended, mask);
}

/**
 * phi(q_i)ᵀ Σ_j phi(k_j) v_jᵀ over all j, [B, H, L, R] (docs/math.md, eq. 8). The offset enters through
 * sums of small tensors. The state is kept as [R, M]: products with it run faster than with [M, R].
 */
function fullSum(
  queryFeatures: tf.Tensor4D,
  keyFeatures: tf.Tensor4D,
  value: tf.Tensor4D,
  offset: number,
): tf.Tensor4D {
  const total = tf.transpose(tf.sum(value, 2, true), [0, 1, 3, 2]); // [B, H, R, 1]
  const state = tf.add(tf.matMul(value, keyFeatures, true, false), tf.mul(total, offset));
  const rest = tf.transpose(tf.sum(state, -1, true), [0, 1, 3, 2]); // [B, H, 1, R]
  return tf.add(tf.matMul(queryFeatures, state, false, true), tf.mul(rest, offset));
}

/** phi(q_i)ᵀ Σ_j phi(k_j) v_jᵀ over j <= i, [B, H, L, R] (docs/math.md, eq. 10). */
function pastSum(
  queryFeatures: tf.Tensor4D,
  { features, logScale }: KeyFeatures,
  value: tf.Tensor4D,
  offset: number,
  chunkSize: number,
): tf.Tensor4D {
  const [q, k] = [tf.add(queryFeatures, offset), tf.add(features, offset)];
  const sums = causalSum(mergeHeads(q), mergeHeads(k), mergeHeads(value), {
    chunkSize,
    logScale: logScale && mergeHeads(logScale),
  });
  return tf.reshape(sums, value.shape);
}

/** [B, H, L, X] → [B H, L, X] */
function mergeHeads(x: tf.Tensor): tf.Tensor3D {
  const [B, H, L, X] = x.shape as tf.Tensor4D["shape"];
  return tf.reshape(x, [B * H, L, X]);
}
