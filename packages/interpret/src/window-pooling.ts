/**
 * A view of the map of heads that see a window only. Products of near positions are made, a block of rows
 * with the columns that it can see, and summed into the view's cells: time and memory are linear in L,
 * where whole rows would be quadratic.
 */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { type Bins, binShares, cellsAround, eachHead } from "./bins.ts";

export interface SoftmaxHeads {
  /** [1, H, L, D], divided by √D. */
  readonly query: tf.Tensor4D;
  /** [1, H, L, D] */
  readonly key: tf.Tensor4D;
}

export interface PooledWindowOptions {
  /** Positions seen on each side. */
  readonly window: number;
  readonly direction: ModelConfig["direction"];
  readonly rows: Bins;
  readonly columns: Bins;
}

/** Rows of one block: with a usual window the columns that they see are not many more. */
const BLOCK_ROWS = 512;

/** Means of the map over bins of rows and columns, [H, rows.cells, columns.cells]. */
export function pooledWindow(
  { query, key }: SoftmaxHeads,
  { window, direction, rows, columns }: PooledWindowOptions,
): tf.Tensor3D {
  const [, H, L, D] = query.shape;
  const cut = (x: tf.Tensor4D, from: number, to: number) =>
    tf.reshape<tf.Rank.R3>(tf.slice(x, [0, 0, from, 0], [1, H, to - from, D]), [H, to - from, D]);
  const end = rows.start + rows.count;

  /** Of rows from..to: what they add to the cells; null where they see none of them. */
  const share = (from: number, to: number): tf.Tensor3D | null => {
    const first = Math.max(0, from - window);
    const last = Math.min(L, direction === "causal" ? to : to + window);
    const ofRows = binShares(rows, from, to - from);
    const ofColumns = binShares(columns, first, last - first);
    if (!ofRows || !ofColumns) return null;
    const scores = tf.matMul(cut(query, from, to), cut(key, first, last), false, true);
    const distance = tf.sub(
      tf.expandDims(tf.range(from, to), 1),
      tf.expandDims(tf.range(first, last), 0),
    );
    const near = tf.lessEqual(tf.abs(distance), window);
    const sees = direction === "causal" ? tf.logicalAnd(near, tf.greaterEqual(distance, 0)) : near;
    const hidden = tf.mul(tf.sub(1, tf.cast(sees, "float32")), -1e30);
    const weights = tf.softmax<tf.Tensor3D>(tf.add(scores, hidden));
    const across = tf.matMul(weights, eachHead(ofColumns.shares), false, true);
    const added = tf.matMul<tf.Tensor3D>(eachHead(ofRows.shares), across);
    return tf.pad(added, [[0, 0], cellsAround(ofRows, rows), cellsAround(ofColumns, columns)]);
  };

  let sum: tf.Tensor3D = tf.zeros([H, rows.cells, columns.cells]);
  for (let from = rows.start; from < end; from += BLOCK_ROWS) {
    const next = tf.tidy(() => {
      const added = share(from, Math.min(end, from + BLOCK_ROWS));
      return added === null ? tf.clone(sum) : tf.add<tf.Tensor3D>(sum, added);
    });
    sum.dispose();
    sum = next;
  }
  return sum;
}
