/**
 * UnsortedSegmentSum for WebAssembly, which tfjs-backend-wasm 4.22 lacks. It is the gradient of
 * `tf.gather`, so without it no embedding table can be trained there. Plain JavaScript on the
 * tensors' memory: one addition a number, far below the matrix products beside it.
 */
import {
  getKernel,
  type KernelBackend,
  type KernelConfig,
  registerKernel,
  type TensorInfo,
  UnsortedSegmentSum,
  util,
} from "@tensorflow/tfjs-core";

/** To be called before the first use; does nothing where the backend has the kernel by now. */
export function registerSegmentSumForWasm(): void {
  if (getKernel(UnsortedSegmentSum, "wasm") === undefined) registerKernel(SEGMENT_SUM);
}

const SEGMENT_SUM: KernelConfig = {
  kernelName: UnsortedSegmentSum,
  backendName: "wasm",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, segmentIds } = inputs;
    const numSegments = attrs?.["numSegments"];
    if (x === undefined || segmentIds === undefined || typeof numSegments !== "number") {
      throw new Error("UnsortedSegmentSum: expected x, segmentIds and numSegments, got fewer.");
    }
    return segmentSum(backend as KernelBackend, x, segmentIds, numSegments);
  },
};

/** x [N, ...rest], segmentIds [N] → [numSegments, ...rest]; an id outside the range is left out. */
function segmentSum(
  backend: KernelBackend,
  x: TensorInfo,
  segmentIds: TensorInfo,
  numSegments: number,
): TensorInfo {
  const dtype = x.dtype === "int32" ? "int32" : "float32";
  const shape = [numSegments, ...x.shape.slice(1)];
  const width = util.sizeFromShape(x.shape.slice(1));
  const sums = util.getArrayFromDType(dtype, numSegments * width);
  const values = backend.readSync(x.dataId) as Float32Array | Int32Array;
  const segments = backend.readSync(segmentIds.dataId) as Int32Array;
  for (const [row, segment] of segments.entries()) {
    if (segment < 0 || segment >= numSegments) continue;
    for (let column = 0; column < width; column++) {
      sums[segment * width + column]! += values[row * width + column]!;
    }
  }
  return { dataId: backend.write(sums, shape, dtype), shape, dtype };
}
