/**
 * One tfjs expression a registered kernel, on shapes that a stream draws. A case names its kernel;
 * the tests check that the expression really runs it.
 */
import type { RandomStream } from "@performer/random";
import * as tf from "@tensorflow/tfjs-core";

export interface KernelCase {
  readonly inputs: (draw: Draw) => tf.Tensor[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** False where tfjs has no gradient, or the function is constant almost everywhere. */
  readonly differentiable: boolean;
  /** The same function of other kernels, where the backend that runs eagerly lacks this one. */
  readonly reference?: KernelCase["run"];
}

export interface Draw {
  /** 1 to 5. */
  size(): number;
  /** A shape of `rank` axes. */
  shape(rank: number): number[];
  normal(shape: number[]): tf.Tensor;
  /** Uniform between the bounds. */
  between(low: number, high: number, shape: number[]): tf.Tensor;
  /** Whole numbers in [0, bound). */
  integers(bound: number, shape: number[]): tf.Tensor;
  booleans(shape: number[]): tf.Tensor;
  /** Different whole numbers, so that maxima and orders are unambiguous. */
  distinct(shape: number[]): tf.Tensor;
}

export function drawFrom(stream: RandomStream): Draw {
  const fill = (shape: number[], value: () => number, dtype: "float32" | "int32" | "bool") =>
    tf.tensor(Array.from({ length: tf.util.sizeFromShape(shape) }, value), shape, dtype);
  const size = () => 1 + stream.integer(5);
  return {
    size,
    shape: (rank) => Array.from({ length: rank }, size),
    normal: (shape) => fill(shape, () => stream.normal(), "float32"),
    between: (low, high, shape) =>
      fill(shape, () => low + (high - low) * stream.uniform(), "float32"),
    integers: (bound, shape) => fill(shape, () => stream.integer(bound), "int32"),
    booleans: (shape) => fill(shape, () => stream.integer(2), "bool"),
    distinct: (shape) => {
      const order = Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => index);
      for (let i = order.length - 1; i > 0; i--) {
        const j = stream.integer(i + 1);
        [order[i], order[j]] = [order[j] as number, order[i] as number];
      }
      return tf.tensor(order, shape, "float32");
    },
  };
}

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const unary = (run: Unary, low: number, high: number, differentiable = true): KernelCase => ({
  inputs: (draw) => [draw.between(low, high, draw.shape(3))],
  run: run as KernelCase["run"],
  differentiable,
});

/** The second operand has the trailing axis only, so that it broadcasts. */
const binary = (run: Binary, low: number, high: number, differentiable = true): KernelCase => ({
  inputs: (draw) => {
    const shape = draw.shape(3);
    return [draw.between(low, high, shape), draw.between(low, high, [1, ...shape.slice(2)])];
  },
  run: run as KernelCase["run"],
  differentiable,
});

/** For kernels whose gradient in tfjs does not sum over broadcast axes. */
const equalShapes = (run: Binary, low: number, high: number): KernelCase => ({
  inputs: (draw) => {
    const shape = draw.shape(3);
    return [draw.between(low, high, shape), draw.between(low, high, shape)];
  },
  run: run as KernelCase["run"],
  differentiable: true,
});

const logical = (run: Binary): KernelCase => ({
  inputs: (draw) => {
    const shape = draw.shape(2);
    return [draw.booleans(shape), draw.booleans(shape.slice(1))];
  },
  run: run as KernelCase["run"],
  differentiable: false,
});

const reduction = (run: Unary, differentiable = true): KernelCase => ({
  inputs: (draw) => [draw.distinct(draw.shape(3)).mul(0.37).sub(1.1)],
  run: run as KernelCase["run"],
  differentiable,
});

export const KERNEL_CASES: Readonly<Record<string, KernelCase>> = {
  Abs: unary(tf.abs, 0.1, 2),
  Acos: unary(tf.acos, -0.9, 0.9),
  Acosh: unary(tf.acosh, 1.1, 3),
  Asin: unary(tf.asin, -0.9, 0.9),
  Asinh: unary(tf.asinh, -2, 2),
  Atan: unary(tf.atan, -2, 2),
  Atanh: unary(tf.atanh, -0.9, 0.9),
  Ceil: unary(tf.ceil, -3, 3),
  Cos: unary(tf.cos, -3, 3),
  Cosh: unary(tf.cosh, -2, 2),
  Elu: unary(tf.elu, -2, 2),
  Erf: unary(tf.erf, -2, 2),
  Exp: unary(tf.exp, -2, 2),
  Expm1: unary(tf.expm1, -2, 2),
  Floor: unary(tf.floor, -3, 3),
  IsFinite: unary((x) => tf.isFinite(tf.div(x, tf.relu(x))), -1, 1, false),
  IsInf: unary((x) => tf.isInf(tf.div(x, tf.relu(x))), -1, 1, false),
  IsNan: unary((x) => tf.isNaN(tf.log(x)), -1, 1, false),
  LeakyRelu: unary((x) => tf.leakyRelu(x, 0.3), -2, 2),
  Log: unary(tf.log, 0.1, 3),
  Log1p: unary(tf.log1p, -0.5, 3),
  Neg: unary(tf.neg, -2, 2),
  Reciprocal: unary(tf.reciprocal, 0.3, 2),
  Relu: unary(tf.relu, -2, 2),
  Relu6: unary(tf.relu6, -3, 9),
  Round: unary(tf.round, -3, 3),
  Rsqrt: unary(tf.rsqrt, 0.2, 3),
  Selu: unary(tf.selu, -2, 2),
  Sigmoid: unary(tf.sigmoid, -3, 3),
  Sign: unary(tf.sign, -2, 2),
  Sin: unary(tf.sin, -3, 3),
  Sinh: unary(tf.sinh, -2, 2),
  Softplus: unary(tf.softplus, -3, 3),
  Sqrt: unary(tf.sqrt, 0.2, 3),
  Square: unary(tf.square, -2, 2),
  Step: unary((x) => tf.step(x, 0.25), -2, 2),
  Tan: unary(tf.tan, -1, 1),
  Tanh: unary(tf.tanh, -2, 2),
  Cast: unary((x) => tf.cast(tf.cast(x, "int32"), "float32"), -5, 5, false),
  ClipByValue: unary((x) => tf.clipByValue(x, -0.5, 0.7), -2, 2),
  Identity: unary((x) => tf.mul(tf.clone(x), x), -2, 2),
  ZerosLike: unary((x) => tf.add(x, tf.zerosLike(x)), -2, 2),
  OnesLike: unary((x) => tf.mul(x, tf.onesLike(x)), -2, 2),
  EluGrad: {
    inputs: (draw) => [draw.between(-2, 2, draw.shape(2))],
    run: (x) => tf.grad((y) => tf.elu(y))(x as tf.Tensor),
    differentiable: false,
  },
  Prelu: {
    inputs: (draw) => {
      const shape = draw.shape(2);
      return [draw.between(-2, 2, shape), draw.between(0.1, 0.5, shape)];
    },
    run: (x, alpha) => tf.prelu(x as tf.Tensor, alpha as tf.Tensor),
    differentiable: true,
  },
  LogicalNot: {
    inputs: (draw) => [draw.booleans(draw.shape(2))],
    run: (x) => tf.logicalNot(x as tf.Tensor),
    differentiable: false,
  },

  Add: binary(tf.add, -2, 2),
  Atan2: binary(tf.atan2, 0.2, 2),
  FloorDiv: {
    inputs: (draw) => {
      const shape = draw.shape(2);
      const [shift, one] = [tf.scalar(20, "int32"), tf.scalar(1, "int32")];
      return [tf.sub(draw.integers(40, shape), shift), tf.add(draw.integers(5, shape), one)];
    },
    run: (a, b) => tf.floorDiv(a as tf.Tensor, b as tf.Tensor),
    differentiable: false,
  },
  Maximum: equalShapes(tf.maximum, -2, 2),
  Minimum: equalShapes(tf.minimum, -2, 2),
  Mod: binary(tf.mod, 0.3, 4),
  Multiply: binary(tf.mul, -2, 2),
  Pow: binary(tf.pow, 0.3, 2),
  RealDiv: binary(tf.div, 0.3, 2),
  SquaredDifference: equalShapes(tf.squaredDifference, -2, 2),
  Sub: binary(tf.sub, -2, 2),
  Equal: binary((a, b) => tf.equal(tf.round(a), tf.round(b)), -2, 2, false),
  Greater: binary(tf.greater, -2, 2, false),
  GreaterEqual: binary((a, b) => tf.greaterEqual(tf.round(a), tf.round(b)), -2, 2, false),
  Less: binary(tf.less, -2, 2, false),
  LessEqual: binary((a, b) => tf.lessEqual(tf.round(a), tf.round(b)), -2, 2, false),
  NotEqual: binary((a, b) => tf.notEqual(tf.round(a), tf.round(b)), -2, 2, false),
  LogicalAnd: logical(tf.logicalAnd),
  LogicalOr: logical(tf.logicalOr),
  BitwiseAnd: {
    inputs: (draw) => {
      const shape = draw.shape(2);
      return [draw.integers(100, shape), draw.integers(100, shape)];
    },
    run: (a, b) => tf.engine().runKernel("BitwiseAnd", { a: a as tf.Tensor, b: b as tf.Tensor }),
    differentiable: false,
  },
  AddN: {
    inputs: (draw) => {
      const shape = draw.shape(2);
      return [draw.normal(shape), draw.normal(shape), draw.normal(shape)];
    },
    run: (...tensors) => tf.addN(tensors),
    differentiable: true,
  },
  Select: {
    inputs: (draw) => {
      const shape = draw.shape(3);
      return [draw.normal(shape), draw.normal(shape)];
    },
    run: (a, b) => {
      const even = tf.equal(tf.mod(tf.range(0, a?.shape[2] ?? 1), 2), 0);
      return tf.where(tf.broadcastTo(even, a?.shape ?? []), a as tf.Tensor, b as tf.Tensor);
    },
    differentiable: true,
  },

  All: reduction((x) => tf.all(tf.greater(x, 0), 1), false),
  Any: reduction((x) => tf.any(tf.less(x, 0), [0, 2], true), false),
  ArgMax: reduction((x) => tf.argMax(x, 1), false),
  ArgMin: reduction((x) => tf.argMin(x, -1), false),
  Cumprod: reduction((x) => tf.cumprod(x, 2, true, true), false),
  // tfjs's own gradient is right on the innermost axis only
  Cumsum: reduction((x) => tf.cumsum(x, 2, true, true)),
  // tf.logSoftmax is made of other kernels, on every backend
  LogSoftmax: {
    ...reduction((x) => tf.engine().runKernel("LogSoftmax", { logits: x }, { axis: -1 })),
    reference: (x) => tf.logSoftmax(x as tf.Tensor),
  },
  Max: reduction((x) => tf.max(x, [0, 2])),
  Mean: reduction((x) => tf.mean(x, 1, true)),
  Min: reduction((x) => tf.min(x, 1)),
  Prod: reduction((x) => tf.prod(x, 2)),
  Softmax: reduction((x) => tf.softmax(x)),
  Sum: reduction((x) => tf.sum(x, [0, -1])),
  TopK: {
    inputs: (draw) => [draw.distinct([draw.size(), 2 + draw.size()])],
    run: (x) => {
      const { values, indices } = tf.topk(x as tf.Tensor, 2);
      return [values, indices];
    },
    differentiable: false,
  },

  BatchMatMul: {
    inputs: (draw) => {
      const [B, M, K, N] = draw.shape(4) as [number, number, number, number];
      return [draw.normal([B, M, K]), draw.normal([B, N, K])];
    },
    run: (a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor, false, true),
    differentiable: true,
  },
  _FusedMatMul: {
    inputs: (draw) => {
      const [M, K, N] = draw.shape(3) as [number, number, number];
      return [draw.normal([M, K]), draw.normal([K, N]), draw.normal([N])];
    },
    run: (a, b, bias) =>
      tf.fused.matMul({
        a: a as tf.Tensor,
        b: b as tf.Tensor,
        bias: bias as tf.Tensor,
        activation: "relu",
        transposeA: false,
        transposeB: false,
      }),
    differentiable: false,
  },
  Einsum: {
    inputs: (draw) => {
      const [B, M, K, N] = draw.shape(4) as [number, number, number, number];
      return [draw.normal([B, M, K]), draw.normal([K, N])];
    },
    run: (a, b) => tf.einsum("bmk,kn->bnm", a as tf.Tensor, b as tf.Tensor),
    differentiable: false,
  },

  // tf.broadcastTo tiles, on every backend; tfjs's gradient reads an attribute that nothing sets
  BroadcastTo: {
    inputs: (draw) => [draw.normal([1, draw.size(), 1])],
    run: (x) => tf.engine().runKernel("BroadcastTo", { x: x as tf.Tensor }, broadcastOf(x)),
    differentiable: false,
    reference: (x) => tf.broadcastTo(x as tf.Tensor, broadcastOf(x).shape),
  },
  Concat: {
    inputs: (draw) => {
      const shape = draw.shape(3);
      return [draw.normal(shape), draw.normal([shape[0] ?? 1, draw.size(), shape[2] ?? 1])];
    },
    run: (...tensors) => tf.concat(tensors, 1),
    differentiable: true,
  },
  ExpandDims: unary((x) => tf.mul(tf.expandDims(x, 1), 2), -1, 1),
  MirrorPad: {
    inputs: (draw) => [draw.normal([1 + draw.size(), 2 + draw.size()])],
    run: (x) =>
      tf.mirrorPad(
        x as tf.Tensor,
        [
          [1, 0],
          [1, 2],
        ],
        "reflect",
      ),
    differentiable: false,
  },
  Pack: {
    inputs: (draw) => {
      const shape = draw.shape(2);
      return [draw.normal(shape), draw.normal(shape)];
    },
    run: (...tensors) => tf.stack(tensors, 1),
    differentiable: true,
  },
  PadV2: unary(
    (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [2, 1],
          [0, 3],
        ],
        0.5,
      ),
    -1,
    1,
  ),
  Reshape: unary((x) => tf.reshape(tf.reshape(x, [-1]), [x.shape[2] ?? 1, -1]), -1, 1),
  Reverse: unary((x) => tf.reverse(x, [0, 2]), -1, 1),
  Slice: {
    inputs: (draw) => [draw.normal([draw.size(), 2 + draw.size(), draw.size()])],
    run: (x) => tf.slice(x as tf.Tensor, [0, 1], [-1, 2]),
    differentiable: true,
  },
  SplitV: {
    inputs: (draw) => [draw.normal([draw.size(), 5])],
    run: (x) => tf.split(x as tf.Tensor, [1, 4], 1),
    differentiable: false,
  },
  StridedSlice: {
    inputs: (draw) => [draw.normal([4 + draw.size(), 3])],
    run: (x) => tf.stridedSlice(x as tf.Tensor, [1, 0], [5, 3], [2, 1]),
    differentiable: false,
  },
  Tile: unary((x) => tf.tile(x, [1, 2, 3]), -1, 1),
  Transpose: unary((x) => tf.transpose(tf.transpose(x, [2, 0, 1]), [1, 0, 2]), -1, 1),
  Unpack: {
    inputs: (draw) => [draw.normal([draw.size(), 1 + draw.size(), draw.size()])],
    run: (x) => tf.mul(...(tf.unstack(x as tf.Tensor, 1).slice(0, 2) as [tf.Tensor, tf.Tensor])),
    differentiable: true,
  },

  DenseBincount: {
    inputs: (draw) => {
      const length = draw.size();
      return [draw.integers(4, [length]), draw.normal([length])];
    },
    run: (x, weights) => tf.denseBincount(x as tf.Tensor1D, weights as tf.Tensor1D, 4),
    differentiable: false,
  },
  GatherNd: {
    inputs: (draw) => [draw.normal([3, 4, draw.size()]), draw.integers(3, [draw.size(), 2])],
    run: (x, indices) => tf.gatherND(x as tf.Tensor, indices as tf.Tensor),
    differentiable: false,
  },
  GatherV2: {
    inputs: (draw) => [draw.normal([draw.size(), 4, draw.size()])],
    run: (x) => tf.gather(x as tf.Tensor, tf.tensor2d([[3, 0, 3]], [1, 3], "int32"), 1),
    differentiable: true,
  },
  OneHot: {
    inputs: (draw) => [draw.integers(6, draw.shape(2))],
    run: (indices) => tf.oneHot(indices as tf.Tensor, 5, 2, -1, "float32"),
    differentiable: false,
  },
  ScatterNd: {
    inputs: (draw) => {
      const count = draw.size();
      return [draw.integers(4, [count, 1]), draw.normal([count, 3])];
    },
    run: (indices, updates) => tf.scatterND(indices as tf.Tensor, updates as tf.Tensor, [4, 3]),
    differentiable: false,
  },
  SearchSorted: {
    inputs: (draw) => [
      tf.cumsum(draw.between(0.1, 1, [2, 6]), 1),
      draw.between(0, 4, [2, draw.size()]),
    ],
    run: (sorted, values) => tf.searchSorted(sorted as tf.Tensor, values as tf.Tensor, "right"),
    differentiable: false,
  },
  SparseToDense: {
    inputs: (draw) => [tf.tensor2d([[0], [2]], [2, 1], "int32"), draw.normal([2]), tf.scalar(0.5)],
    run: (indices, values, fill) =>
      tf.sparseToDense(indices as tf.Tensor2D, values as tf.Tensor1D, [4], fill as tf.Scalar),
    differentiable: false,
  },
  TensorScatterUpdate: {
    inputs: (draw) => [
      draw.normal([4, 2]),
      tf.tensor2d([[3], [1]], [2, 1], "int32"),
      draw.normal([2, 2]),
    ],
    run: (x, indices, updates) =>
      tf.tensorScatterUpdate(x as tf.Tensor, indices as tf.Tensor, updates as tf.Tensor),
    differentiable: false,
  },
  UnsortedSegmentSum: {
    inputs: (draw) => {
      const rows = draw.size();
      return [draw.normal([rows, 3]), draw.integers(4, [rows])];
    },
    run: (x, segments) => tf.unsortedSegmentSum(x as tf.Tensor, segments as tf.Tensor1D, 4),
    differentiable: false,
  },

  Fill: unary((x) => tf.add(tf.fill(x.shape, 1.7), x), -1, 1),
  LinSpace: unary((x) => tf.add(tf.linspace(0, 1, x.shape[2] ?? 1), x), -1, 1),
  Range: unary((x) => tf.add(tf.range(0, x.shape[2] ?? 1), x), -1, 1),
};

/** A shape that [1, n, 1] broadcasts to, with an axis more. */
function broadcastOf(x: tf.Tensor | undefined): { shape: number[] } {
  return { shape: [2, 3, x?.shape[1] ?? 1, 4] };
}
