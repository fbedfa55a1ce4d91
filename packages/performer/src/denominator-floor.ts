/**
 * The least denominator that attention with features of any sign divides by (docs/math.md, eq. 7a).
 * Where features are negative too, the sum of the weights of a row may cancel to nothing, and its
 * quotients have no meaning. Held at a small share of what it would be without cancellation, it keeps
 * outputs and gradients finite; where it is larger, nothing changes.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Direction } from "./feature-map.ts";
import { causalSum } from "./ordered-sum.ts";

/** Outputs are then at most 1000 times the largest value: three digits of float32 are left. */
const LEAST_SHARE = 1e-3;

export interface FloorOptions {
  readonly direction: Direction;
  readonly chunkSize: number;
  /** [B, H, L, 1], see `KeyFeatures`. */
  readonly logScale: tf.Tensor4D | null;
  /** [B, 1, L, 1] or null */
  readonly mask: tf.Tensor4D | null;
}

/**
 * queryFeatures, keyFeatures [B, H, L, M], offsets included → LEAST_SHARE |phi(q_i)| Σ_j |phi(k_j)|,
 * [B, H, L, 1], over the keys that i sees and at the scale of its sums.
 */
export function denominatorFloor(
  queryFeatures: tf.Tensor4D,
  keyFeatures: tf.Tensor4D,
  { direction, chunkSize, logScale, mask }: FloorOptions,
): tf.Tensor4D {
  const ofKeys = featureNorm(keyFeatures);
  const kept = mask === null ? ofKeys : tf.mul<tf.Tensor4D>(ofKeys, mask);
  const total =
    direction === "causal"
      ? runningTotal(kept, chunkSize, logScale)
      : tf.sum<tf.Tensor4D>(kept, 2, true);
  return floorOf(queryFeatures, total);
}

/** |phi| of each position, [B, H, L, M] → [B, H, L, 1] */
export function featureNorm(features: tf.Tensor4D): tf.Tensor4D {
  return tf.norm(features, "euclidean", -1, true) as tf.Tensor4D;
}

/** The floor from the summed norms of the keys, [B, H, L, 1] or [B, H, 1, 1]. */
export function floorOf(queryFeatures: tf.Tensor4D, keyNorms: tf.Tensor4D): tf.Tensor4D {
  return tf.mul(tf.mul(featureNorm(queryFeatures), LEAST_SHARE), keyNorms);
}

/** x [B, H, L, 1] → Σ_{j <= i} exp(logScale_j - logScale_i) x_j, the same shape. */
function runningTotal(
  x: tf.Tensor4D,
  chunkSize: number,
  logScale: tf.Tensor4D | null,
): tf.Tensor4D {
  const [B, H, L] = x.shape;
  const flat = (tensor: tf.Tensor4D) => tf.reshape<tf.Rank.R3>(tensor, [B * H, L, 1]);
  const one = tf.ones<tf.Rank.R3>([B * H, L, 1]);
  const total = causalSum(one, flat(x), one, { chunkSize, logScale: logScale && flat(logScale) });
  return tf.reshape(total, x.shape);
}
