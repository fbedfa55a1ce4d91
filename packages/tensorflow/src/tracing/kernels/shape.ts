/** Kernels that move elements or change the shape, and compute nothing. */
import {
  type BroadCastToAttrs,
  type ConcatAttrs,
  type ExpandDimsAttrs,
  type MirrorPadAttrs,
  type PackAttrs,
  type PadV2Attrs,
  type ReshapeAttrs,
  type ReverseAttrs,
  type SliceAttrs,
  type SplitVAttrs,
  type StridedSliceAttrs,
  slice_util,
  type TileAttrs,
  type TransposeAttrs,
  type UnpackAttrs,
  util,
} from "@tensorflow/tfjs-core";
import type { Output } from "../../graph/graph.ts";
import { attributesAs, fullList, input, type KernelTable } from "../kernel.ts";
import type { Recorder } from "../recorder.ts";
import { constantValues, padShape, type TracedValue, traced } from "../value.ts";

export const shapeKernels: KernelTable = {
  BroadcastTo: (_recorder, inputs, attributes) => {
    const { shape } = attributesAs<BroadCastToAttrs>(attributes);
    return { ...input(inputs, "x"), shape, stepOf: undefined };
  },

  Concat: (recorder, inputs, attributes) => {
    const { axis } = attributesAs<ConcatAttrs>(attributes);
    return concatenate(recorder, fullList(recorder, inputs), axis);
  },

  ExpandDims: (recorder, inputs, attributes) => {
    const value = input(inputs, "input");
    const { dim } = attributesAs<ExpandDimsAttrs>(attributes);
    const shape = [...value.shape];
    shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1);
    return recorder.reshape(value, shape);
  },

  Identity: (_recorder, inputs) => input(inputs, "x"),

  MirrorPad: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const { paddings, mode } = attributesAs<MirrorPadAttrs>(attributes);
    const output = recorder.emit("MirrorPad", [x, pairs(recorder, paddings)], {
      attributes: {
        T: { type: x.type },
        Tpaddings: { type: "int32" },
        mode: { string: mode.toUpperCase() },
      },
      shape: x.shape.map((size, axis) => size + sum(paddings[axis] ?? [])),
    });
    return traced(output);
  },

  Pack: (recorder, inputs, attributes) => {
    const values = fullList(recorder, inputs);
    const { axis } = attributesAs<PackAttrs>(attributes);
    const [first] = values as [Output];
    const shape = [...first.shape];
    shape.splice(axis, 0, values.length);
    const output = recorder.emit("Pack", values, {
      attributes: { N: { int: values.length }, T: { type: first.type }, axis: { int: axis } },
      shape,
    });
    return traced(output);
  },

  PadV2: (recorder, inputs, attributes) => {
    const { paddings, constantValue } = attributesAs<PadV2Attrs>(attributes);
    const value = input(inputs, "x");
    if (paddings.every((pair) => sum(pair) === 0)) return value;
    const x = recorder.full(value);
    const fill = recorder.splat(constantValue, x.type as "float32" | "int32" | "bool", []).output;
    const output = recorder.emit("PadV2", [x, pairs(recorder, paddings), fill], {
      attributes: { T: { type: x.type }, Tpaddings: { type: "int32" } },
      shape: x.shape.map((size, axis) => size + sum(paddings[axis] ?? [])),
    });
    return traced(output);
  },

  Reshape: (recorder, inputs, attributes) => {
    const x = input(inputs, "x");
    const { shape } = attributesAs<ReshapeAttrs>(attributes);
    return recorder.reshape(
      x,
      util.inferFromImplicitShape(shape, util.sizeFromShape([...x.shape])),
    );
  },

  Reverse: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const axes = util.parseAxisParam(attributesAs<ReverseAttrs>(attributes).dims, [...x.shape]);
    const output = recorder.emit("ReverseV2", [x, recorder.integers(axes)], {
      attributes: { T: { type: x.type }, Tidx: { type: "int32" } },
    });
    return traced(output);
  },

  Slice: (recorder, inputs, attributes) => {
    const value = input(inputs, "x");
    const wished = attributesAs<SliceAttrs>(attributes);
    const begin = value.shape.map((_, axis) => [wished.begin].flat()[axis] ?? 0);
    const size = value.shape.map((length, axis) =>
      sliceSize([wished.size].flat()[axis], length, begin[axis] ?? 0),
    );
    if (value.splat !== undefined) return { ...value, shape: size, stepOf: undefined };
    const x = recorder.full(value);
    const output = recorder.emit("Slice", [x, recorder.integers(begin), recorder.integers(size)], {
      attributes: { T: { type: x.type }, Index: { type: "int32" } },
      shape: size,
    });
    return traced(output);
  },

  SplitV: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const { numOrSizeSplits, axis } = attributesAs<SplitVAttrs>(attributes);
    const [dimension = 0] = util.parseAxisParam(axis, [...x.shape]);
    const sizes =
      typeof numOrSizeSplits === "number"
        ? Array<number>(numOrSizeSplits).fill((x.shape[dimension] ?? 0) / numOrSizeSplits)
        : numOrSizeSplits;
    const outputs = recorder.emitAll(
      "SplitV",
      [x, recorder.integers(sizes), recorder.integers(dimension)],
      { T: { type: x.type }, Tlen: { type: "int32" }, num_split: { int: sizes.length } },
      sizes.map((size) => ({ type: x.type, shape: x.shape.with(dimension, size) })),
    );
    return outputs.map(traced);
  },

  StridedSlice: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const wished = attributesAs<StridedSliceAttrs>(attributes);
    const { finalShape } = slice_util.sliceInfo(
      [...x.shape],
      wished.begin,
      wished.end,
      wished.strides,
      wished.beginMask,
      wished.endMask,
      wished.ellipsisMask,
      wished.newAxisMask,
      wished.shrinkAxisMask,
    );
    const bounds = [wished.begin, wished.end, wished.strides].map((list) =>
      recorder.integers(list),
    );
    const output = recorder.emit("StridedSlice", [x, ...bounds], {
      attributes: {
        T: { type: x.type },
        Index: { type: "int32" },
        begin_mask: { int: wished.beginMask },
        end_mask: { int: wished.endMask },
        ellipsis_mask: { int: wished.ellipsisMask },
        new_axis_mask: { int: wished.newAxisMask },
        shrink_axis_mask: { int: wished.shrinkAxisMask },
      },
      shape: finalShape,
    });
    return traced(output);
  },

  /** tfjs broadcasts by tiling axes of size one, which costs nothing here. */
  Tile: (recorder, inputs, attributes) => {
    const value = input(inputs, "x");
    const { reps } = attributesAs<TileAttrs>(attributes);
    const shape = value.shape.map((size, axis) => size * (reps[axis] ?? 1));
    const onlyOnes = value.shape.every((size, axis) => size === 1 || reps[axis] === 1);
    if (onlyOnes) return { ...value, shape, stepOf: undefined };
    const x = recorder.full(value);
    const output = recorder.emit("Tile", [x, recorder.integers(reps)], {
      attributes: { T: { type: x.type }, Tmultiples: { type: "int32" } },
      shape,
    });
    return traced(output);
  },

  Transpose: (recorder, inputs, attributes) => {
    const value = input(inputs, "x");
    return transpose(recorder, value, attributesAs<TransposeAttrs>(attributes).perm);
  },

  Unpack: (recorder, inputs, attributes) => {
    const value = recorder.full(input(inputs, "value"));
    const [axis = 0] = util.parseAxisParam(attributesAs<UnpackAttrs>(attributes).axis, [
      ...value.shape,
    ]);
    const count = value.shape[axis] ?? 0;
    const outputs = recorder.emitAll(
      "Unpack",
      [value],
      { T: { type: value.type }, axis: { int: axis }, num: { int: count } },
      Array.from({ length: count }, () => ({
        type: value.type,
        shape: value.shape.toSpliced(axis, 1),
      })),
    );
    return outputs.map(traced);
  },
};

const sum = (pair: readonly number[]) => pair.reduce((total, item) => total + item, 0);

/** tfjs's -1, or nothing, takes all that is left. */
function sliceSize(wished: number | undefined, length: number, begin: number): number {
  return wished === undefined || wished === -1 ? length - begin : wished;
}

/** [rank, 2] constant. */
function pairs(recorder: Recorder, values: readonly (readonly number[])[]): Output {
  return recorder.graph.constant("constants/int32", {
    type: "int32",
    shape: [values.length, 2],
    values: values.flat(),
  });
}

function concatenate(recorder: Recorder, values: readonly Output[], axis: number): TracedValue {
  const present = values.filter(({ shape }) => !shape.includes(0));
  const [first] = (present.length > 0 ? present : values) as [Output];
  if (present.length <= 1) return traced(first);
  const dimension = axis < 0 ? axis + first.shape.length : axis;
  const output = recorder.emit("ConcatV2", [...present, recorder.integers(dimension)], {
    attributes: { N: { int: present.length }, T: { type: first.type }, Tidx: { type: "int32" } },
    shape: first.shape.with(dimension, sum(present.map(({ shape }) => shape[dimension] ?? 0))),
  });
  return traced(output);
}

/** Moves the axes of the stored part only; a transposition of a transposition becomes one. */
function transpose(recorder: Recorder, value: TracedValue, order: readonly number[]): TracedValue {
  const shape = order.map((axis) => value.shape[axis] ?? 1);
  if (order.every((axis, position) => axis === position)) return value;
  if (value.splat !== undefined) return { ...value, shape, stepOf: undefined };
  const padded = recorder.reshape(
    traced(value.output),
    padShape(value.output.shape, value.shape.length),
  );
  const { source, order: composed } = throughTransposition(padded.output, order);
  if (composed.every((axis, position) => axis === position)) return { output: source, shape };
  const output = recorder.emit("Transpose", [source, recorder.integers(composed)], {
    attributes: { T: { type: source.type }, Tperm: { type: "int32" } },
    shape: composed.map((axis) => source.shape[axis] ?? 1),
  });
  return { output, shape };
}

function throughTransposition(
  output: Output,
  order: readonly number[],
): { source: Output; order: readonly number[] } {
  const [source, permutation] = output.node.inputs;
  if (output.node.op !== "Transpose" || source === undefined || permutation === undefined) {
    return { source: output, order };
  }
  const first = constantValues(permutation.node);
  if (first === undefined) return { source: output, order };
  return { source, order: order.map((axis) => first[axis] ?? 0) };
}
