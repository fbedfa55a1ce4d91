/**
 * Elementwise kernels of two or more tensors. TensorFlow broadcasts by itself, so small values go in
 * small. Factors of one and terms of zero, which tfjs's gradients are full of, add no node.
 */
import type { Output } from "../../graph/graph.ts";
import { fullList, input, type KernelTable, type TraceKernel } from "../kernel.ts";
import type { Recorder } from "../recorder.ts";
import { broadcastShapes, sameShape, type TracedValue } from "../value.ts";

const ARITHMETIC = {
  Add: "AddV2",
  Atan2: "Atan2",
  BitwiseAnd: "BitwiseAnd",
  FloorDiv: "FloorDiv",
  Maximum: "Maximum",
  Minimum: "Minimum",
  Mod: "FloorMod",
  Multiply: "Mul",
  Pow: "Pow",
  RealDiv: "RealDiv",
  SquaredDifference: "SquaredDifference",
  Sub: "Sub",
} as const;

const COMPARISONS = ["Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "NotEqual"] as const;

/** Scalars on which both sides are known are computed here, in float32 or int32 like TensorFlow. */
const FOLDED: Readonly<Record<string, (a: number, b: number) => number>> = {
  AddV2: (a, b) => a + b,
  Mul: (a, b) => a * b,
  Sub: (a, b) => a - b,
};

const arithmetic = (op: string): TraceKernel => {
  return (recorder, inputs) => {
    const [a, b] = [input(inputs, "a"), input(inputs, "b")];
    return simplify(recorder, op, a, b) ?? combine(recorder, op, a, b);
  };
};

const comparison = (op: string): TraceKernel => {
  return (recorder, inputs) => {
    const [a, b] = [input(inputs, "a"), input(inputs, "b")];
    const value = combine(recorder, op, a, b, "bool");
    return op === "Greater" && b.splat === 0 ? { ...value, stepOf: a.output } : value;
  };
};

/** TensorFlow's logical operations take no type attribute. */
const logical = (op: string): TraceKernel => {
  return (recorder, inputs) => {
    const [a, b] = [input(inputs, "a"), input(inputs, "b")];
    const output = recorder.emit(op, [a.output, b.output], {
      shape: broadcastShapes(a.output.shape, b.output.shape),
    });
    return { output, shape: broadcastShapes(a.shape, b.shape) };
  };
};

export const binaryKernels: KernelTable = {
  ...Object.fromEntries(Object.entries(ARITHMETIC).map(([name, op]) => [name, arithmetic(op)])),
  ...Object.fromEntries(COMPARISONS.map((op) => [op, comparison(op)])),
  LogicalAnd: logical("LogicalAnd"),
  LogicalOr: logical("LogicalOr"),

  AddN: (recorder, inputs) => {
    const values = fullList(recorder, inputs);
    const output = recorder.emit("AddN", values, {
      attributes: { N: { int: values.length }, T: { type: values[0]?.type ?? "float32" } },
    });
    return { output, shape: output.shape };
  },

  Select: (recorder, inputs) => {
    const condition = input(inputs, "condition");
    const [then, otherwise] = [input(inputs, "t"), input(inputs, "e")];
    const outputs: Output[] = [condition.output, then.output, otherwise.output];
    const output = recorder.emit("SelectV2", outputs, {
      attributes: { T: { type: then.output.type } },
      type: then.output.type,
      shape: outputs.map(({ shape }) => shape).reduce(broadcastShapes),
    });
    const shape = [condition, then, otherwise].map((value) => value.shape).reduce(broadcastShapes);
    return { output, shape };
  },
};

function combine(
  recorder: Recorder,
  op: string,
  a: TracedValue,
  b: TracedValue,
  type = a.output.type,
): TracedValue {
  const output = recorder.emit(op, [a.output, b.output], {
    attributes: { T: { type: a.output.type } },
    type,
    shape: broadcastShapes(a.output.shape, b.output.shape),
  });
  return { output, shape: broadcastShapes(a.shape, b.shape) };
}

/** The value of `a op b` where no node, or a cheaper one, computes it. */
function simplify(
  recorder: Recorder,
  op: string,
  a: TracedValue,
  b: TracedValue,
): TracedValue | undefined {
  const shape = broadcastShapes(a.shape, b.shape);
  const fold = FOLDED[op];
  if (fold !== undefined && a.splat !== undefined && b.splat !== undefined) {
    const exact = fold(a.splat, b.splat);
    const whole = a.output.type === "int32";
    return recorder.splat(
      whole ? exact | 0 : Math.fround(exact),
      whole ? "int32" : "float32",
      shape,
    );
  }
  const neutral =
    op === "Mul" || op === "RealDiv" ? 1 : op === "AddV2" || op === "Sub" ? 0 : undefined;
  if (neutral === undefined) return undefined;
  if (b.splat === neutral) return { ...a, shape };
  if (a.splat === neutral && (op === "Mul" || op === "AddV2")) return { ...b, shape };
  return op === "Mul" ? (reluGradient(recorder, a, b) ?? reluGradient(recorder, b, a)) : undefined;
}

/** dy · step(x) as the one operation that TensorFlow has for it. */
function reluGradient(
  recorder: Recorder,
  dy: TracedValue,
  { stepOf }: TracedValue,
): TracedValue | undefined {
  if (stepOf === undefined || dy.output.type !== "float32") return undefined;
  if (!sameShape(dy.shape, stepOf.shape)) return undefined;
  const output = recorder.emit("ReluGrad", [recorder.full(dy), stepOf], {
    attributes: { T: { type: "float32" } },
  });
  return { output, shape: output.shape };
}
