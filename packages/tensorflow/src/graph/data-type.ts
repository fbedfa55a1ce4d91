/** Element types: tfjs names beside TensorFlow's numbers (tensorflow/core/framework/types.proto). */
import type { DataType as TfjsType } from "@tensorflow/tfjs-core";

/** The types that graphs of this package use, with their DataType numbers. */
export const DATA_TYPE = {
  float32: 1,
  int32: 3,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;
export type ElementType = keyof typeof DATA_TYPE;

/** Types whose values cross between JavaScript and TensorFlow. */
export type HostType = "float32" | "int32" | "bool" | "int64";

/** @throws {TypeError} for the tfjs types that no compiled graph takes: string and complex64. */
export function fromTfjsType(type: TfjsType): "float32" | "int32" | "bool" {
  if (type === "float32" || type === "int32" || type === "bool") return type;
  throw new TypeError(
    `fromTfjsType: expected float32, int32 or bool, got ${type}; compiled graphs hold numbers only`,
  );
}

const NAME_OF_TYPE = new Map<number, ElementType>(
  Object.entries(DATA_TYPE).map(([name, number]) => [number, name as ElementType]),
);

/** @throws {TypeError} for a number that is not in `DATA_TYPE`. */
export function elementTypeOf(dataType: number): ElementType {
  const name = NAME_OF_TYPE.get(dataType);
  if (name === undefined) {
    throw new TypeError(
      `elementTypeOf: expected one of ${[...NAME_OF_TYPE.keys()].join(", ")}, got ${dataType}`,
    );
  }
  return name;
}
