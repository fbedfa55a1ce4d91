/**
 * The hash of LSH attention: random rotations, the nearest of the 2 b axes ±e_1 … ±e_b wins (Andoni et
 * al. 2015; docs/math.md, eq. C7). Two such hashes of b axes make (2 b)² buckets at the cost of 2 b
 * products a position, where one hash would need half as many products as there are buckets.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Rows of the rotations of one hash, 2 b: the fewest, so that a bucket holds bucketSize positions or fewer. */
export function rotationRows({
  maxLength,
  bucketSize,
}: {
  maxLength: number;
  bucketSize: number;
}): number {
  return 2 * Math.ceil(Math.sqrt(maxLength / bucketSize) / 2);
}

export interface HashOptions {
  readonly numHashes: number;
  /** [numHashes · 2 b, D] */
  readonly rotations: tf.Tensor2D;
  /** H */
  readonly heads: number;
  /** [B, L] or null */
  readonly mask: tf.Tensor2D | null;
}

/** x [B H L, D] → the bucket of each position in each round, [R, B H L]; masked ones are in a last bucket. */
export function hashBuckets(
  x: tf.Tensor2D,
  { numHashes, rotations, heads, mask }: HashOptions,
): tf.Tensor2D {
  const axes = rotations.shape[0] / numHashes; // 2 b
  const rotated = tf.reshape(tf.matMul(x, rotations, false, true), [
    x.shape[0] * numHashes,
    2,
    axes / 2,
  ]);
  const nearest = tf.argMax(tf.concat([rotated, tf.neg(rotated)], -1), -1); // [B H L R, 2]
  const digits = tf.cast(nearest, "float32");
  const bucket = tf.sum(tf.mul(digits, tf.tensor1d([axes, 1])), -1);
  const byRound = tf.transpose(tf.reshape<tf.Rank.R2>(bucket, [x.shape[0], numHashes]));
  if (mask === null) return byRound;
  const [B, L] = mask.shape;
  const taking = tf.reshape(tf.tile(tf.reshape(mask, [B, 1, L]), [1, heads, 1]), [
    1,
    B * heads * L,
  ]);
  return tf.add(tf.mul(byRound, taking), tf.mul(tf.sub(1, taking), axes ** 2));
}
