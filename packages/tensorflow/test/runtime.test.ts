import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  benchmarkMatmul,
  doctor,
  formatDoctor,
  formatRuntime,
  installRuntime,
  loadRuntime,
  type RuntimeDescription,
  tensorflowLibraries,
} from "../src/index.ts";
import { replaceRemovedUtilities } from "../src/runtime/node-compatibility.ts";
import { parseInstructionSets } from "../src/runtime/processor.ts";
import { createClone, fakeRunner, LINUX } from "./support/fake-machine.ts";
import { repositoryRoot as root } from "./support/repository-root.ts";

describe("the runtime of this clone", () => {
  let installed: RuntimeDescription;
  beforeAll(async () => {
    installed = await installRuntime({ root });
  });

  test("loads as it was installed", async () => {
    const loaded = await loadRuntime({ root });
    expect(loaded.backend).toBe(installed.backend);
    expect(loaded.tensorflowVersion).toBe(installed.tensorflowVersion);
    expect(tf.getBackend()).toBe(loaded.backend);
  });

  test("has both shared libraries exactly when TensorFlow is its backend", () => {
    const libraries = tensorflowLibraries(root);
    expect(libraries !== null).toBe(installed.backend === "tensorflow");
    for (const path of Object.values(libraries ?? {})) expect(existsSync(path)).toBe(true);
  });

  test.each(["tensorflow", "wasm", "cpu"] as const)(
    "%s: gradients are registered",
    async (prefer) => {
      await loadRuntime({ root, prefer });
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.square(x)))(tf.tensor1d([1, -2]));
      expect([...gradient.dataSync()]).toEqual([2, -4]);
    },
  );

  test("the doctor reports what runs and a positive speed", async () => {
    const report = await doctor({ root });
    expect(report.runtime.backend).toBe(installed.backend);
    expect(report.matmul.seconds).toBeGreaterThanOrEqual(1);
    expect(report.matmul.gigaflops).toBeGreaterThan(0);
    const lines = formatDoctor(report).split("\n");
    expect(lines[0]).toBe(formatRuntime(report.runtime));
    expect(lines[1]).toMatch(
      /^Matrix product 1024 × 1024, float32: \d+ GFLOPS \(\d+ in [\d.]+ s\)$/,
    );
  });

  test("the benchmark leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    benchmarkMatmul({ size: 64, durationMs: 20 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("a runtime that cannot be loaded", () => {
  test("not installed: WebAssembly, and the reason names the remedy", async () => {
    const clone = await createClone();
    const runtime = await loadRuntime({ root: clone });
    expect(runtime).toMatchObject({ backend: "wasm", threads: 1 });
    expect(runtime.reasons).toEqual([
      "tensorflow: it has not been installed. Run `npm run performer -- setup`",
    ]);
    await rm(clone, { recursive: true });
  });

  test("an addon that is no shared library: WebAssembly, and the reason is the loader's", async () => {
    const clone = await createClone();
    await installRuntime({ root: clone, device: "cpu", host: LINUX, runner: fakeRunner() });
    const runtime = await loadRuntime({ root: clone });
    expect(runtime.backend).toBe("wasm");
    expect(runtime.reasons[0]).toMatch(/^tensorflow: /);
    await rm(clone, { recursive: true });
  });

  test("a record that is not readable counts as not installed", async () => {
    const clone = await createClone();
    await installRuntime({ root: clone, device: "cpu", host: LINUX, runner: fakeRunner() });
    await writeFile(join(clone, ".runtime/runtime.json"), "{ half");
    const runtime = await loadRuntime({ root: clone });
    expect(runtime.reasons.join()).toContain("has not been installed");
    await rm(clone, { recursive: true });
  });
});

describe("the one line", () => {
  const common = { deviceName: "AMD EPYC", device: "cpu", reasons: [] } as const;

  test("TensorFlow: version, threads, device, instruction sets", () => {
    expect(
      formatRuntime({
        ...common,
        backend: "tensorflow",
        tensorflowVersion: "2.21.0",
        threads: 16,
        instructionSets: ["AVX2", "AVX-512"],
      }),
    ).toBe("Runtime: TensorFlow 2.21.0, 16 threads, cpu AMD EPYC (AVX2, AVX-512)");
  });

  test("WebAssembly says that there is no TensorFlow", () => {
    expect(
      formatRuntime({
        ...common,
        backend: "wasm",
        threads: 1,
        instructionSets: ["WebAssembly SIMD"],
      }),
    ).toBe("Runtime: WebAssembly (no TensorFlow), 1 thread, cpu AMD EPYC (WebAssembly SIMD)");
  });
});

test("instruction sets are read from /proc/cpuinfo of x86 and of Arm", () => {
  expect(
    parseInstructionSets("model name\t: X\nflags\t\t: fpu avx avx2 fma avx512f amx_bf16\n"),
  ).toEqual([...["AVX", "AVX2", "FMA", "AVX-512", "AMX BF16"]]);
  expect(parseInstructionSets("Features\t: fp asimd bf16\n")).toEqual(["NEON", "BF16"]);
  expect(parseInstructionSets("")).toEqual([]);
});

test("what Node 23 removed from util is there again, and answers as it did", () => {
  const util: { isNullOrUndefined?(value: unknown): boolean; isArray?(value: unknown): boolean } =
    {};
  replaceRemovedUtilities(util);
  expect([null, undefined, 0, ""].map((value) => util.isNullOrUndefined?.(value))).toEqual([
    ...[true, true, false, false],
  ]);
  expect(util.isArray?.([])).toBe(true);
});
