/**
 * The operations that a Performer's forward and backward pass are made of, one case each, on small
 * fixed inputs: sizes are unequal on purpose, so that a swapped axis cannot pass.
 */
import * as tf from "@tensorflow/tfjs-core";

const B = 2;
const L = 5;
const H = 3;
const M = 7;

/** Numbers in (-1, 1) without a repeating pattern, the same on every backend. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) =>
    Math.sin(seed * 12.9898 + index * 7.233),
  );
}

function tensor(shape: number[], seed: number): tf.Tensor {
  return tf.tensor(numbers(tf.util.sizeFromShape(shape), seed), shape, "float32");
}

const tokens = () => tf.tensor2d([0, 3, 1, 3, 2, 6, 6, 0, 5, 4], [B, L], "int32");
const scalarLoss = (value: tf.Tensor) => tf.sum(tf.mul(value, value)).asScalar();
const gradient = (body: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) =>
  tf.grad((value: tf.Tensor) => scalarLoss(body(value)))(x);

export const KERNEL_CASES: Readonly<Record<string, () => tf.Tensor>> = {
  "matMul with batch": () => tf.matMul(tensor([B, H, L, M], 1), tensor([B, H, M, L], 2)),
  "matMul, left transposed": () =>
    tf.matMul(tensor([B, H, M, L], 1), tensor([B, H, M, L], 2), true, false),
  "matMul, right transposed": () =>
    tf.matMul(tensor([B, H, L, M], 1), tensor([B, H, L, M], 2), false, true),
  "matMul, gradient of the left": () =>
    gradient((x) => tf.matMul(x, tensor([B, M, L], 2)), tensor([B, L, M], 1)),
  "matMul, gradient of the right": () =>
    gradient((x) => tf.matMul(tensor([B, M, L], 2), x, true), tensor([B, M, L], 1)),
  oneHot: () => tf.oneHot(tokens(), M).toFloat(),
  "gather rows": () => tf.gather(tensor([M, H], 1), tokens()),
  "gather rows, gradient": () => gradient((x) => tf.gather(x, tokens()), tensor([M, H], 1)),
  "embedding by oneHot, gradient": () =>
    gradient((x) => tf.matMul(tf.oneHot(tokens().flatten(), M).toFloat(), x), tensor([M, H], 1)),
  softmax: () => tf.softmax(tensor([B, L, M], 1)),
  "softmax, gradient": () => gradient((x) => tf.softmax(x), tensor([B, L, M], 1)),
  "logSoftmax, gradient": () => gradient((x) => tf.logSoftmax(x), tensor([B, L, M], 1)),
  "softmax cross entropy, gradient": () =>
    gradient(
      (x) => tf.mul(tf.logSoftmax(x), tf.oneHot(tokens(), M).toFloat()).sum(-1),
      tensor([B, L, M], 1),
    ),
  "layer norm": () => layerNorm(tensor([B, L, M], 1)),
  "layer norm, gradient": () => gradient(layerNorm, tensor([B, L, M], 1)),
  "mean and variance": () =>
    tf.concat(Object.values(tf.moments(tensor([B, L, M], 1), -1, true)), -1),
  relu: () => tf.relu(tensor([B, L, M], 1)),
  "relu, gradient": () => gradient((x) => tf.relu(x), tensor([B, L, M], 1)),
  "exp, gradient": () => gradient((x) => tf.exp(x), tensor([B, L, M], 1)),
  "log of a sum, gradient": () =>
    gradient((x) => tf.log(tf.sum(tf.exp(x), -1)), tensor([B, L, M], 1)),
  erf: () => tf.erf(tensor([B, L, M], 1)),
  "gelu by erf, gradient": () =>
    gradient((x) => tf.mul(x, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))), tensor([B, L, M], 1)),
  "sigmoid, gradient": () => gradient((x) => tf.sigmoid(x), tensor([B, L], 1)),
  "tanh, gradient": () => gradient((x) => tf.tanh(x), tensor([B, L], 1)),
  "elu, gradient": () => gradient((x) => tf.elu(x), tensor([B, L], 1)),
  "abs, gradient": () => gradient((x) => tf.abs(x), tensor([B, L], 1)),
  "cos and sin": () => tf.add(tf.cos(tensor([B, L], 1)), tf.sin(tensor([B, L], 2))),
  "cumsum on the last axis": () => tf.cumsum(tensor([B, L, M], 1), 2),
  "cumsum on an inner axis": () => tf.cumsum(tensor([B, L, M], 1), 1),
  "cumsum on the last axis, gradient": () => gradient((x) => tf.cumsum(x, 2), tensor([B, L, M], 1)),
  "slice, gradient": () =>
    gradient((x) => tf.slice(x, [0, 1, 2], [B, L - 2, 3]), tensor([B, L, M], 1)),
  "concat, gradient": () =>
    gradient((x) => tf.concat([x, tensor([B, 1, M], 2), x], 1), tensor([B, L, M], 1)),
  "pad, gradient": () =>
    gradient(
      (x) =>
        tf.pad(
          x,
          [
            [0, 0],
            [1, 2],
            [0, 1],
          ],
          0.5,
        ),
      tensor([B, L, M], 1),
    ),
  "split and stack, gradient": () =>
    gradient(
      (x) => tf.stack(tf.split(x, [2, 3], 1).map((part) => part.sum(1))),
      tensor([B, L, M], 1),
    ),
  "transpose, gradient": () =>
    gradient(
      (x) => tf.mul(tf.transpose(x, [0, 2, 1, 3]), tensor([B, H, L, M], 2)),
      tensor([B, L, H, M], 1),
    ),
  "tensordot (dot of reshapes)": () =>
    tf.reshape(tf.matMul(tf.reshape(tensor([B, L, M], 1), [B * L, M]), tensor([M, H], 2)), [
      B,
      L,
      H,
    ]),
  "tile, gradient": () => gradient((x) => tf.tile(x, [1, 2, 3]), tensor([B, L, M], 1)),
  "broadcast in add, sub, mul, div, gradient": () =>
    gradient(
      (x) => tf.div(tf.sub(tf.mul(tensor([B, L, M], 2), x), tf.add(x, 1)), tf.add(tf.square(x), 2)),
      tensor([M], 1),
    ),
  "where, gradient": () =>
    gradient(
      (x) => tf.where(tf.greater(tensor([B, L], 2), 0), x, tf.zerosLike(x)),
      tensor([B, L], 1),
    ),
  "max, gradient": () => gradient((x) => tf.max(x, -1), tensor([B, L, M], 1)),
  "maximum and minimum, gradient": () =>
    gradient((x) => tf.minimum(tf.maximum(x, tensor([B, L], 2)), 0.5), tensor([B, L], 1)),
  "clip by value, gradient": () => gradient((x) => tf.clipByValue(x, -0.4, 0.6), tensor([B, L], 1)),
  "sqrt and rsqrt, gradient": () =>
    gradient((x) => tf.mul(tf.sqrt(tf.add(x, 2)), tf.rsqrt(tf.add(x, 3))), tensor([B, L], 1)),
  "pow, gradient": () => gradient((x) => tf.pow(tf.add(x, 2), 1.5), tensor([B, L], 1)),
  argMax: () => tf.argMax(tensor([B, L, M], 1), -1).toFloat(),
  "topk, values": () => tf.topk(tensor([B, L, M], 1), 3).values,
  "comparison and logic": () =>
    tf.logicalAnd(tf.lessEqual(tokens(), 4), tf.notEqual(tokens(), 3)).toFloat(),
  range: () => tf.range(0, L, 1, "int32").toFloat(),
  "linear band (lower triangle)": () => tf.linalg.bandPart(tensor([L, L], 1) as tf.Tensor2D, -1, 0),
  "strided slice": () => tf.stridedSlice(tensor([B, L, M], 1), [0, 0, 0], [B, L, M], [1, 2, 3]),
  reverse: () => tf.reverse(tensor([B, L, M], 1), 1),
  "global norm": () =>
    tf.sqrt(tf.addN([tf.sum(tf.square(tensor([L], 1))), tf.sum(tf.square(tensor([M], 2)))])),
};

function layerNorm(x: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normal, tensor([M], 3)), tensor([M], 4));
}
