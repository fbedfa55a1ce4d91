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

/** Positions that are summed up at a time. */
const BLOCK = 2048;

/** Means over bins of the positions of [1, H, L, M] → [1, H, cells, M]. */
export function binMeans(x: tf.Tensor4D, bins: Bins): tf.Tensor4D {
  const { start, count, cells } = bins;
  const [, H, , M] = x.shape;
  const part = (from: number, size: number) => tf.slice(x, [0, 0, from, 0], [1, H, size, M]);
  if (cells === count) return part(start, count);
  // products with shares, not a slice a cell: hundreds of small slices cost more than the sums
  const shareOf = (from: number, size: number): tf.Tensor => {
    const touched = binShares(bins, from, size) as BinShares;
    const block = tf.reshape<tf.Rank.R3>(part(from, size), [H, size, M]);
    const sums = tf.matMul<tf.Tensor3D>(eachHead(touched.shares), block);
    return tf.pad(sums, [[0, 0], cellsAround(touched, bins), [0, 0]]);
  };
  return tf.tidy(() => {
    let sum: tf.Tensor = tf.zeros([H, cells, M]);
    for (let done = 0; done < count; done += BLOCK) {
      sum = tf.add(sum, shareOf(start + done, Math.min(BLOCK, count - done)));
    }
    return tf.reshape(sum, [1, H, cells, M]);
  });
}

/** The same [n, m] for every head, as a product of matrices takes it. */
export const eachHead = (matrix: tf.Tensor2D): tf.Tensor3D => tf.expandDims(matrix, 0);

/** How many cells lie before and behind those that are touched. */
export const cellsAround = (
  { firstCell, shares }: BinShares,
  { cells }: Bins,
): [number, number] => [firstCell, cells - firstCell - shares.shape[0]];

/** The cells that some positions lie in, and what each position adds to the mean of its cell. */
export interface BinShares {
  readonly firstCell: number;
  /** [touched cells, positions]; 0 where a position lies in another cell, or in none. */
  readonly shares: tf.Tensor2D;
}

/**
 * Of positions from..from + count, so that the means of a long map can be summed up from parts of it.
 * @returns null where none of them lies in the bins.
 */
export function binShares(bins: Bins, from: number, count: number): BinShares | null {
  const first = Math.max(0, from - bins.start);
  const last = Math.min(bins.count, from + count - bins.start) - 1;
  if (first > last) return null;
  const [firstCell, lastCell] = [cellOf(bins, first), cellOf(bins, last)];
  const shares = tf.buffer([lastCell - firstCell + 1, count], "float32");
  for (let cell = firstCell; cell <= lastCell; cell++) {
    const [begin, end] = [cellEdge(bins, cell), cellEdge(bins, cell + 1)];
    for (let at = Math.max(begin, first); at < end && at <= last; at++) {
      shares.set(1 / (end - begin), cell - firstCell, bins.start + at - from);
    }
  }
  return { firstCell, shares: shares.toTensor() as tf.Tensor2D };
}

/** The cell whose edges enclose a position, counted from `start`. */
const cellOf = ({ count, cells }: Bins, position: number): number =>
  Math.ceil(((position + 1) * cells) / count) - 1;
