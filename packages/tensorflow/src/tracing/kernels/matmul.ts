/** Matrix products. Transposition is a flag of the product, never a copy. */
import type {
  BatchMatMulAttrs,
  EinsumAttrs,
  _FusedMatMulAttrs as FusedMatMulAttrs,
} from "@tensorflow/tfjs-core";
import type { Output } from "../../graph/graph.ts";
import { attributesAs, fullList, input, type KernelTable } from "../kernel.ts";
import type { Recorder } from "../recorder.ts";
import { broadcastShapes, type TracedValue, traced } from "../value.ts";
import { unary } from "./unary.ts";

export const matmulKernels: KernelTable = {
  BatchMatMul: (recorder, inputs, attributes) => {
    const [a, b] = [input(inputs, "a"), input(inputs, "b")];
    return multiply(
      recorder,
      a,
      b,
      attributesAs<BatchMatMulAttrs>(attributes),
      (product) => product,
    );
  },

  _FusedMatMul: (recorder, inputs, attributes) => {
    const fused = attributesAs<FusedMatMulAttrs>(attributes);
    const [a, b] = [input(inputs, "a"), input(inputs, "b")];
    const bias = inputs["bias"];
    return multiply(recorder, a, b, fused, (product) => {
      const sum = bias === undefined ? product : addBias(recorder, product, bias.output);
      return activate(recorder, sum, fused, inputs["preluActivationWeights"]?.output);
    });
  },

  Einsum: (recorder, inputs, attributes) => {
    const { equation } = attributesAs<EinsumAttrs>(attributes);
    const operands = fullList(recorder, inputs);
    const output = recorder.emit("Einsum", operands, {
      attributes: {
        N: { int: operands.length },
        T: { type: operands[0]?.type ?? "float32" },
        equation: { string: equation },
      },
      shape: einsumShape(equation, operands),
    });
    return traced(output);
  },
};

/**
 * The product of two stacks of matrices, and what `finish` makes of it. Stacks of one, which tfjs makes
 * of every fused product, are multiplied as matrices: only those does TensorFlow fuse with what follows.
 */
function multiply(
  recorder: Recorder,
  left: TracedValue,
  right: TracedValue,
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
  finish: (product: Output) => Output,
): TracedValue {
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const isFlat = batch.every((size) => size === 1);
  const [a, b] = [left, right].map((value) =>
    recorder.full(isFlat ? recorder.reshape(value, value.shape.slice(-2)) : value),
  ) as [Output, Output];
  const rows = a.shape.at(transposeA ? -1 : -2) ?? 1;
  const columns = b.shape.at(transposeB ? -2 : -1) ?? 1;
  const [op, flagA, flagB] = isFlat
    ? (["MatMul", "transpose_a", "transpose_b"] as const)
    : (["BatchMatMulV2", "adj_x", "adj_y"] as const);
  const product = recorder.emit(op, [a, b], {
    attributes: {
      T: { type: a.type },
      [flagA]: { bool: transposeA },
      [flagB]: { bool: transposeB },
    },
    shape: isFlat ? [rows, columns] : [...batch, rows, columns],
  });
  return recorder.reshape(traced(finish(product)), [...batch, rows, columns]);
}

/** As BiasAdd where it can be: TensorFlow fuses product, BiasAdd and activation into one operation. */
function addBias(recorder: Recorder, x: Output, bias: Output): Output {
  const op = bias.shape.length === 1 && bias.shape[0] === x.shape.at(-1) ? "BiasAdd" : "AddV2";
  return recorder.emit(op, [x, bias], { attributes: { T: { type: x.type } } });
}

function activate(
  recorder: Recorder,
  x: Output,
  { activation, leakyreluAlpha }: FusedMatMulAttrs,
  preluWeights: Output | undefined,
): Output {
  const attributes = { T: { type: x.type } };
  switch (activation) {
    case "linear":
      return x;
    case "relu":
    case "relu6":
    case "elu":
    case "sigmoid":
      return unary(recorder, activation.charAt(0).toUpperCase() + activation.slice(1), x);
    case "leakyrelu":
      return recorder.emit("LeakyRelu", [x], {
        attributes: { ...attributes, alpha: { float: leakyreluAlpha ?? 0.2 } },
      });
    case "prelu":
      if (preluWeights === undefined) {
        throw new TypeError("_FusedMatMul: expected preluActivationWeights for prelu, got none");
      }
      return prelu(recorder, x, preluWeights);
  }
}

/** relu(x) − weights · relu(−x) */
function prelu(recorder: Recorder, x: Output, weights: Output): Output {
  const attributes = { T: { type: x.type } };
  const negative = unary(recorder, "Relu", unary(recorder, "Neg", x));
  const scaled = recorder.emit("Mul", [negative, weights], { attributes });
  return recorder.emit("Sub", [unary(recorder, "Relu", x), scaled], { attributes });
}

/** Sizes of the letters after "->"; tfjs's einsum has neither ellipsis nor implicit output. */
function einsumShape(equation: string, operands: readonly Output[]): number[] {
  const [left = "", right = ""] = equation.replace(/\s/g, "").split("->");
  const sizes = new Map<string, number>();
  left.split(",").forEach((letters, operand) => {
    Array.from(letters).forEach((letter, axis) => {
      sizes.set(letter, operands[operand]?.shape[axis] ?? 1);
    });
  });
  return Array.from(right, (letter) => sizes.get(letter) ?? 1);
}
