/** Seeded tensors for the tests. */
import { createStream, randomKey, splitKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs";

/** N(0, scale²) entries; the same name gives the same tensor. */
export function drawNormal<R extends tf.Rank>(
  name: string,
  shape: tf.ShapeMap[R],
  scale = 1,
): tf.Tensor<R> {
  const stream = createStream(splitKey(randomKey(11), name));
  const size = (shape as number[]).reduce((product, length) => product * length, 1);
  return tf.tensor<R>(
    Float32Array.from({ length: size }, () => scale * stream.normal()),
    shape,
  );
}

/** Uniform token ids 0..bound-1, [B, L] int32. */
export function drawTokens(name: string, shape: [number, number], bound: number): tf.Tensor2D {
  const stream = createStream(splitKey(randomKey(12), name));
  const ids = Int32Array.from({ length: shape[0] * shape[1] }, () => stream.integer(bound));
  return tf.tensor2d(ids, shape, "int32");
}
