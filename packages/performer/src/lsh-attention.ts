/**
 * LSH attention of the Reformer (Kitaev et al. 2020; docs/math.md, eq. C6-C9): positions are sorted by
 * a hash of their query, and each sees those of its bucket that lie near in that order. Query and key
 * are one tensor. Several rounds of hashing are joined as if each pair had been attended once.
 *
 * Memory is linear in L, time in L log L. The order is a constant for differentiation. In causal
 * order the reach is counted in positions of the bucket and not in chunks: a chunk's borders depend on
 * how many later positions fall into earlier buckets, and would tell of them.
 */
import * as tf from "@tensorflow/tfjs-core";
import { constant } from "./constant.ts";
import type { Direction } from "./feature-map.ts";
import { headsFirst } from "./heads-first.ts";
import { hashBuckets } from "./lsh-hash.ts";
import { bucketOrder, permuteRows } from "./lsh-order.ts";
import { joinChunks, splitChunks, withNeighbours } from "./neighbour-chunks.ts";
import { joinParts, partialAttention, UNSEEN } from "./partial-attention.ts";

/** Score of a position for itself: it attends itself only where it sees nothing else. */
const SELF_PENALTY = -1e5;
/** Of the norm of a key, as in the authors' implementation. */
const NORM_EPSILON = 1e-6;

export interface LshOptions {
  /** Positions of a bucket, on average, in the longest sequence; a chunk holds twice as many. */
  readonly bucketSize: number;
  readonly numHashes: number;
  /** [numHashes · rows of a hash, D], see `rotationRows`. */
  readonly rotations: tf.Tensor2D;
  readonly direction: Direction;
  /** [B, L] or null */
  readonly mask: tf.Tensor2D | null;
}

/** query, value [B, L, H, D] → [B, L, H, D]; zero at masked positions. Keys are unit queries. */
export function lshAttention(
  query: tf.Tensor4D,
  value: tf.Tensor4D,
  options: LshOptions,
): tf.Tensor4D {
  const { bucketSize, numHashes: R, direction, mask } = options;
  const [B, L, H, D] = query.shape;
  const G = B * H;
  const chunkSize = 2 * bucketSize;
  const C = Math.min(chunkSize, L);
  const N = Math.ceil(L / C);
  const around = { before: N > 1 ? 1 : 0, after: 0 };
  const rows = (x: tf.Tensor4D) => tf.reshape<tf.Rank.R2>(headsFirst(x), [G * L, D]);

  const order = bucketOrder(() => hashBuckets(rows(query), { ...options, heads: H }), {
    rounds: R,
    groups: G,
    length: L,
  });
  const bias = constant(() => {
    const reach = direction === "causal" ? chunkSize : 1;
    const codes = orderCodes(order.sortedBuckets, { direction, chunkSize: C, reach });
    const grid = (flat: tf.Tensor) =>
      seenGrid(splitChunks(tf.reshape(flat, [R * G, L, 1]), C), around, reach);
    const byPosition = tf.reshape(tf.gather(tf.reshape(codes, [-1]), order.unsort), [R, G * L]);
    const rounds = Array.from({ length: R }, (_, round) =>
      grid(
        tf.gather(tf.reshape(tf.slice(byPosition, [round, 0], [1, G * L]), [-1]), order.sortOne),
      ),
    );
    return pairBias(grid(codes), tf.addN(rounds), C, around.before);
  });

  const both = tf.tile(tf.concat([rows(query), rows(value)], -1), [R, 1]);
  const sorted = permuteRows(both, order.sort, order.unsort);
  const chunks = splitChunks(tf.reshape(sorted, [R * G, L, 2 * D]), C);
  const [queries, values] = tf.split(chunks, 2, -1) as [tf.Tensor4D, tf.Tensor4D];
  const beside = (x: tf.Tensor4D) =>
    tf.reshape<tf.Rank.R3>(withNeighbours(x, around), [R * G * N, (1 + around.before) * C, D]);
  const part = partialAttention(
    tf.reshape<tf.Rank.R3>(queries, [R * G * N, C, D]),
    beside(unitKeys(queries)),
    beside(values),
    bias,
  );
  const joined = joinChunks(tf.reshape<tf.Rank.R4>(part, [R * G, N, C, D + 1]), L);
  const unsorted = permuteRows(
    tf.reshape<tf.Rank.R2>(joined, [R * G * L, D + 1]),
    order.unsort,
    order.sort,
  );
  const output = headsFirst(
    tf.reshape<tf.Rank.R4>(joinParts(tf.split(unsorted, R, 0)), [B, H, L, D]),
  );
  return mask === null ? output : tf.mul(output, tf.reshape(mask, [B, L, 1, 1]));
}

/** q / rms(q), so that q · k / sqrt(D) is q_i · q_j / |q_j| (eq. C6). */
function unitKeys(queries: tf.Tensor4D): tf.Tensor4D {
  const meanSquare = tf.mean(tf.square(queries), -1, true);
  return tf.mul(queries, tf.rsqrt(tf.add(meanSquare, NORM_EPSILON)));
}

/**
 * One number a position in sorted order, [R G, L]: i sees j where 0 <= code_i - code_j <= reach
 * (eq. C8). Gaps between the buckets are wider than the reach; so is the gap to 0, which fills the
 * places behind the end.
 */
function orderCodes(
  sortedBuckets: tf.Tensor2D,
  { direction, chunkSize, reach }: { direction: Direction; chunkSize: number; reach: number },
): tf.Tensor2D {
  const place = tf.range(0, sortedBuckets.shape[1]);
  const unit = direction === "causal" ? place : tf.floor(tf.div(place, chunkSize));
  return tf.add(tf.add(unit, reach + 1), tf.mul(sortedBuckets, reach + 1));
}

/** codes [G, N, C, 1] → [G N, C, W]: 1 where the position of the row sees that of the column. */
function seenGrid(
  codes: tf.Tensor4D,
  around: { before: number; after: number },
  reach: number,
): tf.Tensor3D {
  const [G, N, C] = codes.shape;
  const ofRows = tf.reshape(codes, [G * N, C, 1]);
  const columns = tf.reshape(withNeighbours(codes, around), [G * N, 1, (1 + around.before) * C]);
  const difference = tf.sub(ofRows, columns);
  return tf.cast(
    tf.logicalAnd(tf.greaterEqual(difference, 0), tf.lessEqual(difference, reach)),
    "float32",
  );
}

/** -log of the number of rounds that see a pair where this one does, else UNSEEN (eq. C9). */
function pairBias(seen: tf.Tensor3D, count: tf.Tensor3D, C: number, before: number): tf.Tensor3D {
  const shared = tf.mul(seen, tf.neg(tf.log(tf.maximum(count, 1))));
  const hidden = tf.mul(tf.sub(1, seen), UNSEEN);
  const own = tf.pad(tf.mul(tf.eye(C), SELF_PENALTY), [
    [0, 0],
    [before * C, 0],
  ]);
  return tf.add(tf.add(shared, hidden), own);
}
