/** Reductions, scans along an axis, and the largest elements. */
import {
  type ArgMaxAttrs,
  type CumsumAttrs,
  type MaxAttrs,
  type SumAttrs,
  type TopKAttrs,
  util,
} from "@tensorflow/tfjs-core";
import type { Output, Shape } from "../../graph/graph.ts";
import { attributesAs, input, type KernelTable, type TraceKernel } from "../kernel.ts";
import { traced } from "../value.ts";

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const marked = shape.map((size, axis) => (axes.includes(axis) ? undefined : size));
  return keepDims ? marked.map((size) => size ?? 1) : marked.filter((size) => size !== undefined);
}

/** All and Any take no type attribute T. */
const TYPELESS: ReadonlySet<string> = new Set(["All", "Any"]);

const reduction = (op: string): TraceKernel => {
  return (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const { axis, keepDims } = attributesAs<SumAttrs>(attributes);
    // Max names its axes otherwise than all other reductions
    const axes = util.parseAxisParam(attributesAs<MaxAttrs>(attributes).reductionIndices ?? axis, [
      ...x.shape,
    ]);
    const output = recorder.emit(op, [x, recorder.integers(axes)], {
      attributes: {
        ...(TYPELESS.has(op) ? {} : { T: { type: x.type } }),
        Tidx: { type: "int32" },
        keep_dims: { bool: keepDims },
      },
      shape: reducedShape(x.shape, axes, keepDims),
    });
    return traced(output);
  };
};

const argument = (op: string): TraceKernel => {
  return (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const axes = util.parseAxisParam(attributesAs<ArgMaxAttrs>(attributes).axis, [...x.shape]);
    const output = recorder.emit(op, [x, recorder.integers(axes[0] ?? 0)], {
      attributes: {
        T: { type: x.type },
        Tidx: { type: "int32" },
        output_type: { type: "int32" },
      },
      type: "int32",
      shape: reducedShape(x.shape, axes.slice(0, 1), false),
    });
    return traced(output);
  };
};

const scan = (op: string): TraceKernel => {
  return (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const { axis, exclusive, reverse } = attributesAs<CumsumAttrs>(attributes);
    const output = recorder.emit(op, [x, recorder.integers(axis)], {
      attributes: {
        T: { type: x.type },
        Tidx: { type: "int32" },
        exclusive: { bool: exclusive },
        reverse: { bool: reverse },
      },
    });
    return traced(output);
  };
};

/** Both of TensorFlow's work on the last axis, the only one that tfjs hands over. */
const lastAxis = (op: string): TraceKernel => {
  return (recorder, inputs) => {
    const logits = recorder.full(input(inputs, "logits"));
    return traced(recorder.emit(op, [logits], { attributes: { T: { type: logits.type } } }));
  };
};

export const reductionKernels: KernelTable = {
  All: reduction("All"),
  Any: reduction("Any"),
  ArgMax: argument("ArgMax"),
  ArgMin: argument("ArgMin"),
  Cumprod: scan("Cumprod"),
  Cumsum: scan("Cumsum"),
  LogSoftmax: lastAxis("LogSoftmax"),
  Max: reduction("Max"),
  Mean: reduction("Mean"),
  Min: reduction("Min"),
  Prod: reduction("Prod"),
  Softmax: lastAxis("Softmax"),
  Sum: reduction("Sum"),

  TopK: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const { k, sorted } = attributesAs<TopKAttrs>(attributes);
    const shape = [...x.shape.slice(0, -1), k];
    const outputs: readonly Output[] = recorder.emitAll(
      "TopKV2",
      [x, recorder.integers(k)],
      { T: { type: x.type }, sorted: { bool: sorted } },
      [
        { type: x.type, shape },
        { type: "int32", shape },
      ],
    );
    return outputs.map(traced);
  },
};
