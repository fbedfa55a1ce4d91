/**
 * Sorting positions by bucket, within a group of sequence and head, without reading a value: topk over
 * the whole axis is a stable sort, since it lists equal values in the order of their indices.
 */
import * as tf from "@tensorflow/tfjs-core";
import { constant } from "./constant.ts";
import { withGradient } from "./with-gradient.ts";

export interface BucketOrder {
  /** [R G, L], non-decreasing. */
  readonly sortedBuckets: tf.Tensor2D;
  /** [R G L] int32: row of the sorted position among all R G L rows by position; unsort is its inverse. */
  readonly sort: tf.Tensor1D;
  readonly unsort: tf.Tensor1D;
  /** As `sort`, among the G L rows of a single round. */
  readonly sortOne: tf.Tensor1D;
}

/**
 * @param buckets makes [R, G L]; its operations have no gradient.
 * @param shape R rounds, G groups, L positions. Equal buckets keep the order of positions.
 */
export function bucketOrder(
  buckets: () => tf.Tensor2D,
  { rounds, groups, length: L }: { rounds: number; groups: number; length: number },
): BucketOrder {
  const all = constant(() => {
    const each = tf.reshape(buckets(), [rounds * groups, L]);
    const { values, indices } = tf.topk(tf.neg(each), L);
    const order = tf.cast(indices, "float32");
    const inverse = tf.cast(tf.topk(tf.neg(order), L).indices, "float32");
    return tf.stack([tf.neg(values), order, inverse]);
  });
  const [sortedBuckets, order, inverse] = tf.unstack(all) as [Places, Places, Places];
  const rowsAmong = (groupsInAll: number, places: Places) => {
    const first = Array.from({ length: rounds * groups }, (_, group) => (group % groupsInAll) * L);
    const start = tf.tensor2d(first, [rounds * groups, 1], "int32");
    return tf.reshape<tf.Rank.R1>(tf.add(tf.cast(places, "int32"), start), [-1]);
  };
  return {
    sortedBuckets,
    sort: rowsAmong(rounds * groups, order),
    unsort: rowsAmong(rounds * groups, inverse),
    sortOne: rowsAmong(groups, order),
  };
}

/** [R G, L] */
type Places = tf.Tensor2D;

/** Rows x[order], for a permutation whose inverse is given: the gradient is a gather too. */
export function permuteRows(x: tf.Tensor2D, order: tf.Tensor1D, inverse: tf.Tensor1D): tf.Tensor2D {
  return withGradient(
    [x],
    () => ({ value: tf.gather(x, order), saved: [inverse] as const }),
    (dy, [back]) => [tf.gather(dy, back)],
  );
}
