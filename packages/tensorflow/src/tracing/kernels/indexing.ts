/** Kernels that read or write by index. */
import type {
  DenseBincountAttrs,
  GatherV2Attrs,
  OneHotAttrs,
  ScatterNdAttrs,
  SearchSortedAttrs,
  SparseToDenseAttrs,
  UnsortedSegmentSumAttrs,
} from "@tensorflow/tfjs-core";
import { fromTfjsType } from "../../graph/data-type.ts";
import type { Output } from "../../graph/graph.ts";
import { attributesAs, input, type KernelTable } from "../kernel.ts";
import { traced } from "../value.ts";

export const indexingKernels: KernelTable = {
  DenseBincount: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const weights = recorder.full(input(inputs, "weights"));
    const { size, binaryOutput } = attributesAs<DenseBincountAttrs>(attributes);
    const output = recorder.emit("DenseBincount", [x, recorder.integers(size), weights], {
      attributes: {
        Tidx: { type: "int32" },
        T: { type: weights.type },
        binary_output: { bool: binaryOutput ?? false },
      },
      type: weights.type,
      shape: [...x.shape.slice(0, -1), size],
    });
    return traced(output);
  },

  GatherNd: (recorder, inputs) => {
    const params = recorder.full(input(inputs, "params"));
    const indices = recorder.full(input(inputs, "indices"));
    const depth = indices.shape.at(-1) ?? 0;
    const output = recorder.emit("GatherNd", [params, indices], {
      attributes: { Tparams: { type: params.type }, Tindices: { type: "int32" } },
      shape: [...indices.shape.slice(0, -1), ...params.shape.slice(depth)],
    });
    return traced(output);
  },

  GatherV2: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const indices = recorder.full(input(inputs, "indices"));
    const { axis, batchDims } = attributesAs<GatherV2Attrs>(attributes);
    const dimension = axis < 0 ? axis + x.shape.length : axis;
    const output = recorder.emit("GatherV2", [x, indices, recorder.integers(dimension)], {
      attributes: {
        Tparams: { type: x.type },
        Tindices: { type: "int32" },
        Taxis: { type: "int32" },
        batch_dims: { int: batchDims },
      },
      shape: [
        ...x.shape.slice(0, dimension),
        ...indices.shape.slice(batchDims),
        ...x.shape.slice(dimension + 1),
      ],
    });
    return traced(output);
  },

  OneHot: (recorder, inputs, attributes) => {
    const indices = recorder.full(input(inputs, "indices"));
    const { depth, onValue, offValue, dtype } = attributesAs<OneHotAttrs>(attributes);
    const type = fromTfjsType(dtype);
    const values = [onValue, offValue].map((value) => recorder.splat(value, type, []).output);
    const output = recorder.emit("OneHot", [indices, recorder.integers(depth), ...values], {
      attributes: { T: { type }, TI: { type: "int32" }, axis: { int: -1 } },
      type,
      shape: [...indices.shape, depth],
    });
    return traced(output);
  },

  ScatterNd: (recorder, inputs, attributes) => {
    const indices = recorder.full(input(inputs, "indices"));
    const updates = recorder.full(input(inputs, "updates"));
    const { shape } = attributesAs<ScatterNdAttrs>(attributes);
    const output = recorder.emit("ScatterNd", [indices, updates, recorder.integers(shape)], {
      attributes: { T: { type: updates.type }, Tindices: { type: "int32" } },
      type: updates.type,
      shape,
    });
    return traced(output);
  },

  SearchSorted: (recorder, inputs, attributes) => {
    const sorted = recorder.full(input(inputs, "sortedSequence"));
    const values = recorder.full(input(inputs, "values"));
    const { side } = attributesAs<SearchSortedAttrs>(attributes);
    const output = recorder.emit(side === "left" ? "LowerBound" : "UpperBound", [sorted, values], {
      attributes: { T: { type: sorted.type }, out_type: { type: "int32" } },
      type: "int32",
      shape: values.shape,
    });
    return traced(output);
  },

  SparseToDense: (recorder, inputs, attributes) => {
    const [indices, values, fill] = ["sparseIndices", "sparseValues", "defaultValue"].map((name) =>
      recorder.full(input(inputs, name)),
    ) as [Output, Output, Output];
    const { outputShape } = attributesAs<SparseToDenseAttrs>(attributes);
    const output = recorder.emit(
      "SparseToDense",
      [indices, recorder.integers(outputShape), values, fill],
      {
        attributes: { T: { type: values.type }, Tindices: { type: "int32" } },
        type: values.type,
        shape: outputShape,
      },
    );
    return traced(output);
  },

  TensorScatterUpdate: (recorder, inputs) => {
    const [tensor, indices, updates] = ["tensor", "indices", "updates"].map((name) =>
      recorder.full(input(inputs, name)),
    ) as [Output, Output, Output];
    const output = recorder.emit("TensorScatterUpdate", [tensor, indices, updates], {
      attributes: { T: { type: tensor.type }, Tindices: { type: "int32" } },
    });
    return traced(output);
  },

  UnsortedSegmentSum: (recorder, inputs, attributes) => {
    const x = recorder.full(input(inputs, "x"));
    const segments = recorder.full(input(inputs, "segmentIds"));
    const { numSegments } = attributesAs<UnsortedSegmentSumAttrs>(attributes);
    const output = recorder.emit(
      "UnsortedSegmentSum",
      [x, segments, recorder.integers(numSegments)],
      {
        attributes: {
          T: { type: x.type },
          Tindices: { type: "int32" },
          Tnumsegments: { type: "int32" },
        },
        shape: [numSegments, ...x.shape.slice(segments.shape.length)],
      },
    );
    return traced(output);
  },
};
