/** The ratio of the two sums of linear attention, with its gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/**
 * sums [B, H, L, D + 1]: numerator and, in the last column, denominator → numerator / denominator,
 * [B, H, L, D] (docs/math.md, eq. 7). Zero at masked positions and where the denominator is zero.
 */
export function normalizeSums(sums: tf.Tensor4D, mask: tf.Tensor4D | null): tf.Tensor4D {
  const [B, H, L, columns] = sums.shape;
  const D = columns - 1;
  return withGradient(
    [sums],
    () => {
      const numerator = tf.slice(sums, [0, 0, 0, 0], [B, H, L, D]);
      const inverse = safeReciprocal(tf.slice(sums, [0, 0, 0, D], [B, H, L, 1]));
      const factor = mask === null ? inverse : tf.mul(inverse, mask);
      const value = tf.mul<tf.Tensor4D>(numerator, factor);
      return { value, saved: [value, factor] as const };
    },
    (dy, [value, factor]) => {
      const ofDenominator = tf.neg(tf.sum(tf.mul(dy, value), -1, true));
      return [tf.mul(tf.concat([dy, ofDenominator], -1), factor)];
    },
  );
}

/** 1 / x, and 0 where x is 0. */
function safeReciprocal(x: tf.Tensor): tf.Tensor {
  const isZero = tf.cast(tf.equal(x, 0), "float32");
  return tf.sub(tf.reciprocal(tf.add(x, isZero)), isZero);
}
