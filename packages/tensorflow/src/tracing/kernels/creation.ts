/** Kernels that make tensors: of one value, of a sequence, of random draws. */
import type {
  FillAttrs,
  LinSpaceAttrs,
  MultinomialAttrs,
  RangeAttrs,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import { fromTfjsType } from "../../graph/data-type.ts";
import { attributesAs, input, type KernelTable } from "../kernel.ts";
import type { Recorder } from "../recorder.ts";
import { type TracedValue, traced } from "../value.ts";
import { unary } from "./unary.ts";

const filled =
  (fill: number) =>
  (recorder: Recorder, inputs: Readonly<Record<string, TracedValue>>): TracedValue => {
    const x = input(inputs, "x");
    return recorder.splat(fill, fromTfjsType(x.output.type as TensorInfo["dtype"]), x.shape);
  };

export const creationKernels: KernelTable = {
  Fill: (recorder, _inputs, attributes) => {
    const { shape, value, dtype } = attributesAs<FillAttrs>(attributes);
    const type = fromTfjsType(dtype ?? "float32");
    if (typeof value !== "number") {
      throw new TypeError(`Fill: expected a number, got ${typeof value}`);
    }
    return recorder.splat(type === "float32" ? Math.fround(value) : value, type, shape);
  },

  LinSpace: (recorder, _inputs, attributes) => {
    const { start, stop, num } = attributesAs<LinSpaceAttrs>(attributes);
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    return sequence(recorder, "float32", num, (index) => start + step * index);
  },

  /** Draws from categorical distributions, anew at each run. */
  Multinomial: (recorder, inputs, attributes) => {
    const given = recorder.full(input(inputs, "logits"));
    const { numSamples, normalized } = attributesAs<MultinomialAttrs>(attributes);
    const logits = normalized ? unary(recorder, "Log", given) : given;
    const output = recorder.emit(
      "StatelessMultinomial",
      [logits, recorder.integers(numSamples), recorder.nextSeed()],
      {
        attributes: {
          T: { type: logits.type },
          Tseed: { type: "int32" },
          output_dtype: { type: "int32" },
        },
        type: "int32",
        shape: [...logits.shape.slice(0, -1), numSamples],
      },
    );
    return traced(output);
  },

  OnesLike: filled(1),

  Range: (recorder, _inputs, attributes) => {
    const { start, stop, step, dtype } = attributesAs<RangeAttrs>(attributes);
    const length = Math.max(0, Math.ceil((stop - start) / step));
    const type = dtype === "int32" ? "int32" : "float32";
    return sequence(recorder, type, length, (index) => start + step * index);
  },

  ZerosLike: filled(0),
};

function sequence(
  recorder: Recorder,
  type: "float32" | "int32",
  length: number,
  element: (index: number) => number,
): TracedValue {
  const values = Array.from({ length }, (_, index) => element(index));
  return traced(recorder.graph.constant("constants/sequence", { type, shape: [length], values }));
}
