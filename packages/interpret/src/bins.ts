/** Neighbouring positions taken together, for views of a map that is larger than they are. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * From `start`, `count` positions in `cells`; cell i begins at ⌊i · count / cells⌋, so widths differ by one
 * at most.
 */
export interface Bins {
  readonly start: number;
  readonly count: number;
  readonly cells: number;
}

/** First position of a cell, counted from `start`; of the one past the last it is `count`. */
export const cellEdge = ({ count, cells }: Bins, cell: number): number =>
  Math.floor((cell * count) / cells);

/** Means over bins of the positions of [1, H, L, M] → [1, H, cells, M]. */
export function binMeans(x: tf.Tensor4D, bins: Bins): tf.Tensor4D {
  const { start, count, cells } = bins;
  const [B, H, , M] = x.shape;
  const part = (from: number, size: number) => tf.slice(x, [0, 0, from, 0], [B, H, size, M]);
  if (cells === count) return part(start, count);
  return tf.tidy(() =>
    tf.concat(
      Array.from({ length: cells }, (_, cell) => {
        const [from, to] = [cellEdge(bins, cell), cellEdge(bins, cell + 1)];
        return tf.mean<tf.Tensor4D>(part(start + from, to - from), 2, true);
      }),
      2,
    ),
  );
}

/**
 * [cells, count] of positions from..from + count: what each adds to the mean of its cell, 0 outside of the
 * bins, so that the means of a long map can be summed up from parts of it.
 */
export function binShares(bins: Bins, from: number, count: number): tf.Tensor2D {
  const shares = tf.buffer([bins.cells, count], "float32");
  for (let cell = 0; cell < bins.cells; cell++) {
    const [begin, end] = [cellEdge(bins, cell), cellEdge(bins, cell + 1)];
    const [first, last] = [bins.start + begin, bins.start + end];
    for (let at = Math.max(first, from); at < Math.min(last, from + count); at++) {
      shares.set(1 / (end - begin), cell, at - from);
    }
  }
  return shares.toTensor() as tf.Tensor2D;
}
