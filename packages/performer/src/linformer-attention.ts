/**
 * Linformer (Wang et al. 2020; docs/math.md, eq. C10): keys and values of L positions are mixed into
 * `rank` of them by learned matrices, and softmax attention looks at those. Linear in L. Every mixed
 * key holds positions of the whole sequence, so there is no causal form; the implied weights of
 * positions may be negative and need not sum to 1.
 */
import * as tf from "@tensorflow/tfjs-core";
import { headsFirst } from "./heads-first.ts";
import { partialAttention, splitPart } from "./partial-attention.ts";

export interface LinformerOptions {
  /** E, F [maxLength, rank]; a shorter sequence uses their first rows. */
  readonly keyReduction: tf.Tensor2D;
  readonly valueReduction: tf.Tensor2D;
  /** [B, L] or null */
  readonly mask: tf.Tensor2D | null;
}

/** query, key, value [B, L, H, D] → [B, L, H, D]; zero at masked positions. */
export function linformerAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { keyReduction, valueReduction, mask }: LinformerOptions,
): tf.Tensor4D {
  const [B, L] = query.shape;
  const taking = mask === null ? null : tf.reshape<tf.Rank.R4>(mask, [B, L, 1, 1]);
  const kept = (x: tf.Tensor4D) => (taking === null ? x : tf.mul<tf.Tensor4D>(x, taking));
  const part = partialAttention(
    headsFirst(query),
    reduceLength(kept(key), keyReduction),
    reduceLength(kept(value), valueReduction),
    tf.scalar(0),
  );
  return kept(headsFirst(splitPart(part)[0]));
}

/** x [B, L, H, D], matrix [maxLength, K] → [B, H, K, D], as one flat product. */
function reduceLength(x: tf.Tensor4D, matrix: tf.Tensor2D): tf.Tensor4D {
  const [B, L, H, D] = x.shape;
  const K = matrix.shape[1];
  const rows = tf.slice(matrix, [0, 0], [L, K]);
  const flat = tf.reshape<tf.Rank.R2>(tf.transpose(x, [1, 0, 2, 3]), [L, B * H * D]);
  const mixed = tf.reshape<tf.Rank.R4>(tf.matMul(rows, flat, true, false), [K, B, H, D]);
  return tf.transpose(mixed, [1, 2, 0, 3]);
}
