/** Elementwise kernels of one tensor. They keep a small value small: f(broadcast x) = broadcast f(x). */
import type { CastAttrs, ClipByValueAttrs, LeakyReluAttrs, StepAttrs } from "@tensorflow/tfjs-core";
import { fromTfjsType } from "../../graph/data-type.ts";
import type { Output } from "../../graph/graph.ts";
import { attributesAs, input, type KernelTable, type TraceKernel } from "../kernel.ts";
import type { Recorder } from "../recorder.ts";
import type { TracedValue } from "../value.ts";

/** Kernels whose TensorFlow operation has the same name and one type attribute T. */
const SAME_NAME = [
  ...["Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Cos", "Cosh", "Elu"],
  ...["Erf", "Exp", "Expm1", "Floor", "Log", "Log1p", "Neg", "Reciprocal", "Relu", "Relu6"],
  ...["Round", "Rsqrt", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus", "Sqrt", "Square"],
  ...["Tan", "Tanh"],
] as const;

const PREDICATES = { IsFinite: "IsFinite", IsInf: "IsInf", IsNan: "IsNan" } as const;

/** Rounding leaves whole numbers alone; TensorFlow has no integer kernels for it. */
const ROUNDING: ReadonlySet<string> = new Set(["Ceil", "Floor", "Round"]);

const sameName = (op: string): TraceKernel => {
  return (recorder, inputs) => {
    const x = input(inputs, "x");
    if (ROUNDING.has(op) && x.output.type === "int32") return x;
    return mapOutput(x, unary(recorder, op, x.output));
  };
};

const predicate = (op: string): TraceKernel => {
  return (recorder, inputs) => {
    const x = input(inputs, "x");
    const output = recorder.emit(op, [x.output], {
      attributes: { T: { type: x.output.type } },
      type: "bool",
    });
    return mapOutput(x, output);
  };
};

export const unaryKernels: KernelTable = {
  ...Object.fromEntries(SAME_NAME.map((op) => [op, sameName(op)])),
  ...Object.fromEntries(Object.entries(PREDICATES).map(([name, op]) => [name, predicate(op)])),

  LogicalNot: (recorder, inputs) => {
    const x = input(inputs, "x");
    return mapOutput(x, recorder.emit("LogicalNot", [x.output]));
  },

  LeakyRelu: (recorder, inputs, attributes) => {
    const x = input(inputs, "x");
    const { alpha } = attributesAs<LeakyReluAttrs>(attributes);
    const output = recorder.emit("LeakyRelu", [x.output], {
      attributes: { T: { type: x.output.type }, alpha: { float: alpha } },
    });
    return mapOutput(x, output);
  },

  Cast: (recorder, inputs, attributes) => {
    const x = input(inputs, "x");
    return cast(recorder, x, fromTfjsType(attributesAs<CastAttrs>(attributes).dtype));
  },

  ClipByValue: (recorder, inputs, attributes) => {
    const x = input(inputs, "x");
    const { clipValueMin, clipValueMax } = attributesAs<ClipByValueAttrs>(attributes);
    const type = x.output.type === "int32" ? "int32" : "float32";
    const bounds = [clipValueMin, clipValueMax].map(
      (bound) => recorder.splat(bound, type, []).output,
    );
    const output = recorder.emit("ClipByValue", [x.output, ...bounds], {
      attributes: { T: { type } },
    });
    return mapOutput(x, output);
  },

  /** 1 for x > 0, else alpha: the derivative of relu. */
  Step: (recorder, inputs, attributes) => {
    const x = input(inputs, "x");
    const { alpha } = attributesAs<StepAttrs>(attributes);
    const { type } = x.output;
    const positive = recorder.emit("Greater", [x.output, constantLike(recorder, x.output, 0)], {
      attributes: { T: { type } },
      type: "bool",
    });
    const branches = [1, alpha].map((value) => constantLike(recorder, x.output, value));
    const output = recorder.emit("SelectV2", [positive, ...branches], {
      attributes: { T: { type } },
      type,
      shape: x.output.shape,
    });
    return { output, shape: x.shape, stepOf: alpha === 0 ? x.output : undefined };
  },

  /** x for x > 0, else alpha · x. */
  Prelu: (recorder, inputs) => {
    const x = input(inputs, "x");
    const alpha = input(inputs, "alpha");
    const attributes = { T: { type: x.output.type } };
    const full = recorder.full(x);
    const negative = recorder.emit("Mul", [full, alpha.output], { attributes });
    const positive = recorder.emit("Greater", [full, constantLike(recorder, full, 0)], {
      attributes,
      type: "bool",
    });
    const output = recorder.emit("SelectV2", [positive, full, negative], {
      attributes,
      type: full.type,
    });
    return mapOutput(x, output);
  },

  /** Derivative of elu in terms of its output y. */
  EluGrad: (recorder, inputs) => {
    const [dy, y] = [input(inputs, "dy"), input(inputs, "y")];
    const output = recorder.emit("EluGrad", [recorder.full(dy), recorder.full(y)], {
      attributes: { T: { type: y.output.type } },
    });
    return mapOutput(dy, output);
  },
};

export function unary(recorder: Recorder, op: string, x: Output): Output {
  return recorder.emit(op, [x], { attributes: { T: { type: x.type } } });
}

function cast(recorder: Recorder, x: TracedValue, type: "float32" | "int32" | "bool"): TracedValue {
  if (x.output.type === type) return x;
  if (x.splat !== undefined) {
    const value = type === "bool" ? Number(x.splat !== 0) : x.splat;
    return recorder.splat(type === "int32" ? Math.trunc(value) : value, type, x.shape);
  }
  const output = recorder.emit("Cast", [x.output], {
    attributes: { SrcT: { type: x.output.type }, DstT: { type } },
    type,
  });
  return { output, shape: x.shape, stepOf: type === "float32" ? x.stepOf : undefined };
}

/** The value made of `output` in the way that `x` is made of its own. */
function mapOutput(x: TracedValue, output: Output): TracedValue {
  return { output, shape: x.shape };
}

function constantLike(recorder: Recorder, x: Output, value: number): Output {
  return recorder.splat(value, x.type === "int32" ? "int32" : "float32", []).output;
}
