/** Exact softmax attention, quadratic in L: the baseline that FAVOR+ is measured against (docs/math.md, eq. 1-2). */
import * as tf from "@tensorflow/tfjs-core";
import type { Direction } from "./feature-map.ts";
import { UNSEEN } from "./partial-attention.ts";

export interface ExactOptions {
  readonly direction: Direction;
  /** [B, 1, L, 1] or null */
  readonly mask: tf.Tensor4D | null;
}

/** query, key, value [B, H, L, D] → [B, H, L, D]; zero at masked positions. */
export function exactAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { direction, mask }: ExactOptions,
): tf.Tensor4D {
  const [, , L, D] = query.shape;
  let scores = tf.matMul(tf.mul(query, D ** -0.5), key, false, true); // [B, H, L, L]
  if (mask !== null) {
    const hidden = tf.mul(tf.sub(1, mask), UNSEEN);
    scores = tf.add(scores, tf.transpose(hidden, [0, 1, 3, 2]));
  }
  if (direction === "causal") scores = tf.add(scores, futurePenalty(L));
  const output = tf.matMul(tf.softmax(scores), value) as tf.Tensor4D;
  return mask === null ? output : tf.mul(output, mask);
}

/** [L, L]: UNSEEN above the diagonal, 0 elsewhere. */
function futurePenalty(L: number): tf.Tensor2D {
  const index = tf.range(0, L);
  const later = tf.greater(tf.reshape(index, [1, L]), tf.reshape(index, [L, 1]));
  return tf.mul(tf.cast(later, "float32"), UNSEEN);
}
