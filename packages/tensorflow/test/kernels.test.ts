/**
 * Every operation a Performer trains with gives the same numbers on each backend that
 * `loadRuntime` may choose. The reference is the plain JavaScript backend.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { installRuntime, loadRuntime } from "../src/index.ts";
import { KERNEL_CASES } from "./support/kernel-cases.ts";
import { repositoryRoot as root } from "./support/repository-root.ts";

// Where no TensorFlow can be had the installer says why, and WebAssembly is what must be right.
const { backend: installed } = await installRuntime({ root });
const backends =
  installed === "tensorflow" ? (["wasm", "tensorflow"] as const) : (["wasm"] as const);

const references = new Map<string, { shape: number[]; values: Float32Array }>();

function evaluate(name: string): { shape: number[]; values: Float32Array } {
  return tf.tidy(() => {
    const result = KERNEL_CASES[name]!();
    return { shape: result.shape, values: Float32Array.from(result.dataSync()) };
  });
}

beforeAll(async () => {
  await loadRuntime({ root, prefer: "cpu" });
  for (const name of Object.keys(KERNEL_CASES)) references.set(name, evaluate(name));
});

describe.each(backends)("%s", (backend) => {
  beforeAll(async () => {
    const runtime = await loadRuntime({ root, prefer: backend });
    expect(runtime.backend, runtime.reasons.join("; ")).toBe(backend);
  });

  test.each(Object.keys(KERNEL_CASES))("%s equals the cpu backend", (name) => {
    const { shape, values } = evaluate(name);
    const reference = references.get(name)!;
    expect(shape).toEqual(reference.shape);
    const scale = Math.max(...reference.values.map(Math.abs), 1e-3);
    for (const [index, value] of values.entries()) {
      expect(Math.abs(value - reference.values[index]!) / scale, `at ${index}`).toBeLessThan(2e-6);
    }
  });
});
