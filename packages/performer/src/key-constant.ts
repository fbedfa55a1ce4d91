/**
 * The constant c that is subtracted from the exponents of keys (docs/math.md, eq. 5), so that no
 * exponential exceeds 1, no padding is felt and, in causal mode, no later key.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { KeyContext } from "./feature-map.ts";
import { runningMax } from "./running-max.ts";

/** Below every real exponent, yet finite: differences of two of them are 0, not NaN. */
const MASKED_EXPONENT = -1e30;

export interface KeyConstant {
  /** To subtract, [B, H, L, 1]. Masked positions lie outside the shared one: their own keeps them finite. */
  readonly constant: tf.Tensor4D;
  /** `KeyFeatures.logScale` that follows from it. */
  readonly logScale: tf.Tensor4D | null;
}

/** @param largest exponent of each position, [B, H, L, 1] */
export function keyConstant(largest: tf.Tensor4D, { direction, mask }: KeyContext): KeyConstant {
  const masked =
    mask === null
      ? largest
      : tf.add<tf.Tensor4D>(largest, tf.mul(tf.sub(1, mask), MASKED_EXPONENT));
  const shared = direction === "causal" ? runningMax(masked) : tf.max<tf.Tensor4D>(masked, 2, true);
  return {
    constant: tf.maximum(shared, largest),
    logScale: direction === "causal" ? shared : null,
  };
}
