/** A sequence in chunks, and each chunk beside its neighbours: what local attention looks at. */
import * as tf from "@tensorflow/tfjs-core";

/** [G, L, X] → [G, N, C, X] with N = ceil(L / C); rows behind L are zero. */
export function splitChunks(x: tf.Tensor3D, chunkSize: number): tf.Tensor4D {
  const [G, L, X] = x.shape;
  const N = Math.ceil(L / chunkSize);
  const whole = tf.pad(x, [
    [0, 0],
    [0, N * chunkSize - L],
    [0, 0],
  ]);
  return tf.reshape(whole, [G, N, chunkSize, X]);
}

/** The inverse of `splitChunks`: [G, N, C, X] → [G, L, X]. */
export function joinChunks(chunks: tf.Tensor4D, length: number): tf.Tensor3D {
  const [G, N, C, X] = chunks.shape;
  return tf.slice(tf.reshape<tf.Rank.R3>(chunks, [G, N * C, X]), [0, 0, 0], [G, length, X]);
}

export interface Neighbours {
  /** Chunks before and behind the own one. */
  readonly before: number;
  readonly after: number;
}

/** [G, N, C, X] → [G, N, (before + 1 + after) C, X]; zero where there is no such chunk. */
export function withNeighbours(chunks: tf.Tensor4D, { before, after }: Neighbours): tf.Tensor4D {
  const [G, N, C, X] = chunks.shape;
  const padded = tf.pad(chunks, [
    [0, 0],
    [before, after],
    [0, 0],
    [0, 0],
  ]);
  const shifted = Array.from({ length: before + 1 + after }, (_, shift) =>
    tf.slice(padded, [0, shift, 0, 0], [G, N, C, X]),
  );
  return tf.concat(shifted, 2);
}
