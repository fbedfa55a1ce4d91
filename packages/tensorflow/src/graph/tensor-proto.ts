/** TensorProto and TensorShapeProto (tensorflow/core/framework/tensor.proto, tensor_shape.proto). */
import { DATA_TYPE } from "./data-type.ts";
import type { ConstantValue, Shape } from "./graph.ts";
import { type BinaryWriter, bytes, integer, message } from "./proto-writer.ts";

/** TensorShapeProto: dim = 2, each with size = 1. */
export function writeShape(writer: BinaryWriter, shape: Shape): void {
  for (const size of shape) message(writer, 2, () => integer(writer, 1, size));
}

/** TensorProto: dtype = 1, tensor_shape = 2, tensor_content = 4, string_val = 8. */
export function writeTensor(writer: BinaryWriter, value: ConstantValue): void {
  integer(writer, 1, DATA_TYPE[value.type]);
  message(writer, 2, () => writeShape(writer, value.shape));
  if (value.type === "string") {
    for (const item of value.values) bytes(writer, 8, new TextEncoder().encode(String(item)));
  } else {
    bytes(writer, 4, contentOf(value.type, value.values));
  }
}

/** Little-endian bytes, as TensorFlow keeps them in memory. */
function contentOf(type: ConstantValue["type"], values: ConstantValue["values"]): Uint8Array {
  const numbers = Array.isArray(values) ? values.map(Number) : (values as Iterable<number>);
  switch (type) {
    case "float32":
      return bytesOf(values instanceof Float32Array ? values : Float32Array.from(numbers));
    case "int32":
      return bytesOf(values instanceof Int32Array ? values : Int32Array.from(numbers));
    case "int64":
      return bytesOf(BigInt64Array.from(numbers, BigInt));
    default:
      return values instanceof Uint8Array ? values : Uint8Array.from(numbers);
  }
}

const bytesOf = (array: Float32Array | Int32Array | BigInt64Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
