/**
 * Exact softmax attention, quadratic in L: the baseline that FAVOR+ is measured against (docs/math.md, eq. 1-2).
 * Where the matrix of weights is large its rows are computed in blocks (Rabe and Staats 2021, arXiv
 * 2112.05682), so that a forward pass holds a block of it, or a 64th where that is more.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Direction } from "./feature-map.ts";
import { UNSEEN } from "./partial-attention.ts";
import { withGradient } from "./with-gradient.ts";

export interface ExactOptions {
  readonly direction: Direction;
  /** [B, 1, L, 1] or null */
  readonly mask: tf.Tensor4D | null;
  /** Weights of a block at most, over all B H matrices. */
  readonly blockSize?: number;
}

/** 128 MiB of float32. Smaller blocks are slower by a tenth, and this much memory is no trouble. */
const BLOCK_SIZE = 2 ** 25;
/** Every block is nodes of its own in a compiled graph. */
const MOST_BLOCKS = 64;

/** query, key, value [B, H, L, D] → [B, H, L, D]; zero at masked positions. */
export function exactAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { direction, mask, blockSize = BLOCK_SIZE }: ExactOptions,
): tf.Tensor4D {
  const [B, H, L, D] = query.shape;
  const scaled = tf.mul(query, D ** -0.5);
  const seen = mask && swapLast(mask); // [B, 1, 1, L]
  const hidden = seen && tf.mul(tf.sub(1, seen), UNSEEN);
  const most = Math.max(Math.floor(blockSize / (B * H * L)), Math.ceil(L / MOST_BLOCKS), 1);
  const blocks: tf.Tensor4D[] = [];
  for (let first = 0; first < L; first += most) {
    const rows = Math.min(most, L - first);
    const block = tf.tidy(() => {
      const part = rows === L ? scaled : tf.slice(scaled, [0, 0, first, 0], [B, H, rows, D]);
      let scores = tf.matMul<tf.Tensor4D>(part, key, false, true); // [B, H, rows, L]
      if (hidden !== null) scores = tf.add(scores, hidden);
      if (direction === "causal") scores = tf.add(scores, futurePenalty(first, rows, L));
      return weightedSums(tf.softmax(scores), value);
    });
    blocks.push(block);
  }
  const columns = blocks.length === 1 ? (blocks[0] as tf.Tensor4D) : tf.concat(blocks, 3);
  return swapLast(seen === null ? columns : tf.mul(columns, seen));
}

/**
 * weights [B, H, rows, L], value [B, H, L, D] → [B, H, D, rows]: a product of few rows and many columns
 * takes two thirds of the time of the reverse. Of its gradients, which have both, the reverse is faster.
 */
function weightedSums(weights: tf.Tensor4D, value: tf.Tensor4D): tf.Tensor4D {
  return withGradient(
    [weights, value],
    () => ({
      value: tf.matMul<tf.Tensor4D>(value, weights, true, true),
      saved: [weights, value] as const,
    }),
    (dy, [a, v]) => {
      const rows = swapLast(dy); // [B, H, rows, D]
      return [tf.matMul(rows, v, false, true), tf.matMul(a, rows, true)];
    },
  );
}

const swapLast = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [0, 1, 3, 2]);

/** [rows, L], of the rows from `first` on: UNSEEN right of the diagonal, 0 elsewhere. */
function futurePenalty(first: number, rows: number, L: number): tf.Tensor2D {
  const row = tf.reshape(tf.range(first, first + rows), [rows, 1]);
  const later = tf.greater(tf.reshape(tf.range(0, L), [1, L]), row);
  return tf.mul(tf.cast(later, "float32"), UNSEEN);
}
