/**
 * Softmax attention over a part of the keys, with what is needed to join several parts: the
 * building block of every mechanism that looks at some positions only (docs/math.md, eq. C1-C4).
 * The weights, the largest tensors, are computed again in the backward pass and never kept.
 */
import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/** Added to the score of a key that must not be seen; exp of it is 0 in float32. */
export const UNSEEN = -1e30;

/**
 * query [..., C, D], key [..., W, D], value [..., W, D] → [..., C, D + 1]: the output and, in the last
 * column, the logarithm of the softmax's denominator. Equal leading axes, each a group of its own.
 * @param bias added to the scores, broadcast to [..., C, W]; a constant for differentiation. A query
 *   all of whose keys are `UNSEEN` gets a finite output and a denominator of weight zero.
 */
export function partialAttention<T extends tf.Tensor>(
  query: T,
  key: T,
  value: T,
  bias: tf.Tensor,
): T {
  const scale = query.shape[query.rank - 1] as number;
  return withGradient(
    [query, key, value],
    () => {
      const scores = scoresOf(query, key, bias, scale);
      const highest = tf.max(scores, -1, true);
      const weights = tf.exp(tf.sub(scores, highest));
      const total = tf.sum(weights, -1, true);
      const output = tf.div(tf.matMul(weights, value), total);
      const joined = tf.concat([output, tf.add(tf.log(total), highest)], -1) as T;
      return { value: joined, saved: [query, key, value, bias, joined] as const };
    },
    (dy, [q, k, v, kept, joined]) => {
      const [output, logTotal] = splitPart(joined);
      const [ofOutput, ofLogTotal] = splitPart(dy);
      const weights = tf.exp(tf.sub(scoresOf(q, k, kept, scale), logTotal));
      const shared = tf.sub(tf.sum(tf.mul(ofOutput, output), -1, true), ofLogTotal);
      const ofScores = tf.mul(
        tf.mul(weights, tf.sub(tf.matMul(ofOutput, v, false, true), shared)),
        scale ** -0.5,
      );
      return [
        tf.matMul(ofScores, k),
        tf.matMul(ofScores, q, true, false),
        tf.matMul(weights, ofOutput, true, false),
      ];
    },
  );
}

/** q kᵀ / sqrt(D) + bias, [..., C, W] */
function scoresOf(query: tf.Tensor, key: tf.Tensor, bias: tf.Tensor, size: number): tf.Tensor {
  return tf.add(tf.matMul(tf.mul(query, size ** -0.5), key, false, true), bias);
}

/** The softmax over several parts of the keys (eq. C4): [..., D + 1] each → [..., D]. */
export function joinParts<T extends tf.Tensor>(parts: readonly T[]): T {
  const [outputs, logTotals] = [0, 1].map((which) =>
    parts.map((part) => splitPart(part)[which] as T),
  ) as [T[], T[]];
  const shares = tf.split(tf.softmax(tf.concat(logTotals, -1)), parts.length, -1);
  return tf.addN(outputs.map((output, i) => tf.mul<T>(output, shares[i] as tf.Tensor)));
}

/** [..., D + 1] → output [..., D] and logarithm of the denominator [..., 1]. */
export function splitPart<T extends tf.Tensor>(part: T): [output: T, logTotal: T] {
  const last = part.rank - 1;
  const columns = part.shape[last] as number;
  const cut = (from: number, count: number) =>
    tf.slice(part, [...Array<number>(last).fill(0), from], [...part.shape.slice(0, last), count]);
  return [cut(0, columns - 1), cut(columns - 1, 1)];
}
