/** The ratio of the two sums of linear attention, with its gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/**
 * sums [B, H, L, D + 1]: numerator and, in the last column, denominator → numerator / denominator,
 * [B, H, L, D] (docs/math.md, eq. 7, 7a). A denominator nearer to zero than the floor counts as the
 * floor with its sign. Zero at masked positions and where the denominator is zero.
 * @param mask [B, 1, L, 1] or null
 * @param floor makes the floor [B, H, L, 1], a constant for differentiation; as it is made out of the
 *   gradient's sight, no tensor is kept for it. null: denominators are used as they are.
 */
export function normalizeSums(
  sums: tf.Tensor4D,
  mask: tf.Tensor4D | null,
  floor: (() => tf.Tensor4D) | null = null,
): tf.Tensor4D {
  const [B, H, L, columns] = sums.shape;
  const D = columns - 1;
  return withGradient(
    [sums],
    () => {
      const numerator = tf.slice(sums, [0, 0, 0, 0], [B, H, L, D]);
      const denominator = tf.slice(sums, [0, 0, 0, D], [B, H, L, 1]);
      const least = floor?.() ?? null;
      const inverse = safeReciprocal(least ? holdFromZero(denominator, least) : denominator);
      const factor = mask === null ? inverse : tf.mul(inverse, mask);
      const value = tf.mul<tf.Tensor4D>(numerator, factor);
      // the floor is a constant: where it holds, the denominator has no gradient
      const free = least ? [tf.cast(tf.greaterEqual(tf.abs(denominator), least), "float32")] : [];
      return { value, saved: [value, factor, ...free] as const };
    },
    (dy, [value, factor, free]) => {
      const ofDenominator = tf.neg(tf.sum(tf.mul(dy, value), -1, true));
      const kept = free ? tf.mul(ofDenominator, free) : ofDenominator;
      return [tf.mul(tf.concat([dy, kept], -1), factor)];
    },
  );
}

/** x where |x| >= floor, else the floor with the sign of x; that of zero is plus. */
export function holdFromZero(x: tf.Tensor, floor: tf.Tensor): tf.Tensor {
  const sign = tf.sub(tf.mul(tf.cast(tf.greaterEqual(x, 0), "float32"), 2), 1);
  return tf.mul(sign, tf.maximum(tf.abs(x), floor));
}

/** 1 / x, and 0 where x is 0. */
function safeReciprocal(x: tf.Tensor): tf.Tensor {
  const isZero = tf.cast(tf.equal(x, 0), "float32");
  return tf.sub(tf.reciprocal(tf.add(x, isZero)), isZero);
}
