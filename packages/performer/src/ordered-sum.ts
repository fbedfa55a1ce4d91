/**
 * The one primitive of causal linear attention: ordered sums of outer products, chunked so that
 * time and memory are linear in L (docs/math.md, eq. 10-13).
 *
 *   y_i = Σ_j w_ij (query_i · key_j) value_j,  j <= i ("past") or j >= i ("future"),
 *   w_ij = exp(-|a_i - a_j|) <= 1 for a non-decreasing log scale a, or 1 where a is null.
 *
 * Inside a chunk of C positions the masked C × C product is formed; between chunks only the state
 * Σ key_j value_jᵀ travels. The states of N chunks are themselves summed by this primitive, with
 * key = query = 1: N shrinks by STATE_CHUNK a level, so no loop over chunks is needed and the cost
 * stays linear. The three gradients have the same form, so they are the same primitive again.
 */
import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/** Chunk states summed by one small product. 16 of them cost less than the features they hold. */
const STATE_CHUNK = 16;

type Order = "past" | "future";

export interface CausalSumOptions {
  /** C. The result does not depend on it. */
  readonly chunkSize: number;
  /** a [G, L, 1], non-decreasing along L, a constant for differentiation. */
  readonly logScale: tf.Tensor3D | null;
}

/** query, key [G, L, M], value [G, L, R] → y [G, L, R], y_i over j <= i (docs/math.md, eq. 10). */
export function causalSum(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  { chunkSize, logScale }: CausalSumOptions,
): tf.Tensor3D {
  const scaleList = logScale === null ? [] : [logScale];
  return withGradient(
    [query, key, value],
    () => ({
      value: orderedSum(query, key, value, layout("past", chunkSize, logScale)),
      saved: [query, key, value, ...scaleList] as const,
    }),
    (dy, [q, k, v, scale = null]) => {
      const past = layout("past", chunkSize, scale);
      const future = layout("future", chunkSize, scale);
      return [
        orderedSum(dy, v, k, past),
        orderedSum(v, dy, q, future),
        orderedSum(k, q, dy, future),
      ];
    },
  );
}

interface Layout {
  readonly order: Order;
  readonly chunkSize: number;
  /** Whether position i itself takes part in its sum. */
  readonly inclusive: boolean;
  /** [G, L, 1] each: w_ij = exp(-|scales.query_i - scales.key_j|). */
  readonly scales: { readonly query: tf.Tensor3D; readonly key: tf.Tensor3D } | null;
}

function layout(order: Order, chunkSize: number, scale: tf.Tensor3D | null): Layout {
  const scales = scale === null ? null : { query: scale, key: scale };
  return { order, chunkSize, inclusive: true, scales };
}

/** query, key [G, L, P], value [G, L, R] → [G, L, R] */
function orderedSum(
  query: tf.Tensor3D,
  key: tf.Tensor3D,
  value: tf.Tensor3D,
  { order, chunkSize, inclusive, scales }: Layout,
): tf.Tensor3D {
  const [G, L, P] = query.shape;
  const R = value.shape[2];
  const C = Math.min(chunkSize, L);
  const N = Math.ceil(L / C);
  const [q, k, v] = [query, key, value].map((x) => toChunks(x, N, C)) as [Chunks, Chunks, Chunks];
  const queryScale = scales && toChunks(scales.query, N, C);
  const keyScale = scales && toChunks(scales.key, N, C);

  const weights = tf.mul(
    triangle(C, order, inclusive),
    queryScale && keyScale ? decay(queryScale, tf.transpose(keyScale, [0, 2, 1])) : 1,
  );
  const inside = tf.matMul<tf.Tensor3D>(tf.mul(tf.matMul(q, k, false, true), weights), v); // [G N, C, R]
  if (N === 1) return fromChunks(inside, G, L);

  // the scale at which a chunk hands its state on, and at which it receives one: [G, N, 1]
  const edge = keyScale && chunkEdge(keyScale, G, order);
  const received = edge && shiftChunks(edge, order);
  const states = chunkStates(k, v, keyScale && edge && decay(keyScale, perChunk(edge)));
  const one = tf.ones<tf.Rank.R3>([G, N, 1]);
  const before = orderedSum(one, one, tf.reshape<tf.Rank.R3>(states, [G, N, P * R]), {
    order,
    chunkSize: STATE_CHUNK,
    inclusive: false,
    scales: edge && received ? { query: received, key: edge } : null,
  });
  const across = readStates(q, tf.reshape(before, states.shape)); // [G N, C, R]
  const scaled =
    received && queryScale ? tf.mul(across, decay(queryScale, perChunk(received))) : across;
  return fromChunks(tf.add(inside, scaled), G, L);
}

/**
 * Σ_j weight_j key_j value_jᵀ of each chunk (eq. 12), [G N, P, R] or its transpose: the smaller of P
 * and R comes first, since products with such a state are up to twice as fast. weight [G N, C, 1].
 */
function chunkStates(key: Chunks, value: Chunks, weight: tf.Tensor | null): tf.Tensor3D {
  const [first, second] = key.shape[2] <= value.shape[2] ? [key, value] : [value, key];
  return tf.matMul(weight ? tf.mul(first, weight) : first, second, true, false);
}

/** query_i · state, [G N, C, R]; the state is [G N, P, R] or its transpose, as `chunkStates` made it. */
function readStates(query: Chunks, states: tf.Tensor3D): Chunks {
  const isTransposed = states.shape[1] !== query.shape[2];
  return tf.matMul(query, states, false, isTransposed);
}

/** [G N, C, ·] */
type Chunks = tf.Tensor3D;

/** [G, L, X] → [G N, C, X], with zero rows behind L: their products vanish. */
function toChunks(x: tf.Tensor3D, N: number, C: number): Chunks {
  const [G, L, X] = x.shape;
  const rest = N * C - L;
  const whole =
    rest === 0
      ? x
      : tf.pad(x, [
          [0, 0],
          [0, rest],
          [0, 0],
        ]);
  return tf.reshape(whole, [G * N, C, X]);
}

function fromChunks(chunks: Chunks, G: number, L: number): tf.Tensor3D {
  const [GN, C, X] = chunks.shape;
  const whole = tf.reshape(chunks, [G, (GN / G) * C, X]) as tf.Tensor3D;
  return whole.shape[1] === L ? whole : tf.slice(whole, [0, 0, 0], [G, L, X]);
}

/** exp(-|a - b|), broadcast. */
function decay(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.exp(tf.neg(tf.abs(tf.sub(a, b))));
}

/** [G N, C, 1] → [G, N, 1]: the last position of each chunk in the order of summation. */
function chunkEdge(scale: Chunks, G: number, order: Order): tf.Tensor3D {
  const [GN, C] = scale.shape;
  const edge = tf.slice(scale, [0, order === "past" ? C - 1 : 0, 0], [GN, 1, 1]);
  return tf.reshape(edge, [G, GN / G, 1]);
}

/** [G, N, 1] → the value of the chunk summed before; the first chunk, which receives no state, keeps its own. */
function shiftChunks(edge: tf.Tensor3D, order: Order): tf.Tensor3D {
  const [G, N] = edge.shape;
  const part = (from: number, size: number) => tf.slice(edge, [0, from, 0], [G, size, 1]);
  return order === "past"
    ? tf.concat([part(0, 1), part(0, N - 1)], 1)
    : tf.concat([part(1, N - 1), part(N - 1, 1)], 1);
}

/** [G, N, 1] → [G N, 1, 1] */
function perChunk(edge: tf.Tensor3D): tf.Tensor3D {
  const [G, N] = edge.shape;
  return tf.reshape(edge, [G * N, 1, 1]);
}

/** [C, C] of 0 and 1: entry (i, j) is 1 where position j takes part in the sum of i. */
function triangle(C: number, order: Order, inclusive: boolean): tf.Tensor2D {
  const index = tf.range(0, C);
  const [row, column] = [tf.reshape(index, [C, 1]), tf.reshape(index, [1, C])];
  const [early, late] = order === "past" ? [column, row] : [row, column];
  return tf.cast(inclusive ? tf.lessEqual(early, late) : tf.less(early, late), "float32");
}
