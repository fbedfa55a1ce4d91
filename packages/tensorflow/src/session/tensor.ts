/** Values that cross between JavaScript and TensorFlow; each crossing is one copy of the bytes. */
import { DATA_TYPE, elementTypeOf, type HostType } from "../graph/data-type.ts";
import type { CApi, Pointer } from "./c-api.ts";

export interface HostTensor {
  readonly type: HostType;
  readonly shape: readonly number[];
  /** Row-major; bool is one byte an element. */
  readonly values: Float32Array | Int32Array | Uint8Array | BigInt64Array;
}

/** Allocates a TF_Tensor with a copy of `tensor`; the caller deletes it. */
export function toTensorFlow(api: CApi, tensor: HostTensor): Pointer {
  const size = tensor.shape.reduce((product, dimension) => product * dimension, 1);
  if (size !== tensor.values.length) {
    throw new RangeError(
      `toTensorFlow: expected ${size} values for shape [${tensor.shape}], got ${tensor.values.length}`,
    );
  }
  const sizeBytes = tensor.values.byteLength;
  const shape = BigInt64Array.from(tensor.shape, BigInt);
  const pointer = api.allocateTensor(DATA_TYPE[tensor.type], shape, shape.length, sizeBytes);
  if (sizeBytes > 0) api.copyIn(api.tensorData(pointer), tensor.values, sizeBytes);
  return pointer;
}

/** Copies a TF_Tensor out; the caller keeps ownership of `pointer`. */
export function fromTensorFlow(api: CApi, pointer: Pointer): HostTensor {
  const type = elementTypeOf(api.tensorType(pointer));
  const shape = Array.from({ length: api.tensorRank(pointer) }, (_, axis) =>
    Number(api.tensorDimension(pointer, axis)),
  );
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const tensor: HostTensor = { shape, ...emptyValues(type, size) };
  const sizeBytes = tensor.values.byteLength;
  if (sizeBytes > 0) api.copyOut(tensor.values, api.tensorData(pointer), sizeBytes);
  return tensor;
}

function emptyValues(type: string, size: number): Pick<HostTensor, "type" | "values"> {
  switch (type) {
    case "float32":
      return { type, values: new Float32Array(size) };
    case "int32":
      return { type, values: new Int32Array(size) };
    case "bool":
      return { type, values: new Uint8Array(size) };
    case "int64":
      return { type, values: new BigInt64Array(size) };
    default:
      throw new TypeError(
        `fromTensorFlow: expected float32, int32, int64 or bool, got ${type}; add a Cast to the graph`,
      );
  }
}
