/** tfjs tensors to and from what compiled functions take, and their comparison. */
import type * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import type { HostTensor } from "../../src/compiled.ts";

export function toHost(tensor: tf.Tensor): HostTensor {
  const type = tensor.dtype as "float32" | "int32" | "bool";
  return { type, shape: tensor.shape, values: tensor.dataSync() as Float32Array };
}

export function namedHosts(tensors: readonly tf.Tensor[]): Record<string, HostTensor> {
  return Object.fromEntries(tensors.map((tensor, index) => [`x${index}`, toHost(tensor)]));
}

export function floats(values: readonly number[], shape: readonly number[]): HostTensor {
  return { type: "float32", shape, values: Float32Array.from(values) };
}

/** Same type, shape, and values within rtol · |expected| + atol; NaN and infinities in the same places. */
export function expectClose(
  actual: HostTensor,
  expected: HostTensor,
  { rtol, atol }: { rtol: number; atol: number },
): void {
  expect([actual.type, [...actual.shape]]).toEqual([expected.type, [...expected.shape]]);
  const wrong = Array.from(expected.values, Number).flatMap((value, index) => {
    const got = Number(actual.values[index]);
    const near = Object.is(got, value) || Math.abs(got - value) <= rtol * Math.abs(value) + atol;
    return near ? [] : [`[${index}] expected ${value}, got ${got}`];
  });
  expect(wrong.slice(0, 5)).toEqual([]);
}
