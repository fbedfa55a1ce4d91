/**
 * Runs one suite on every backend that tfjs has under Node. The TensorFlow backend is there once
 * `npm start` (or `performer setup`) has installed it; without it its suite is skipped by name.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadRuntime } from "@performer/tensorflow";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe } from "vitest";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const hasTensorflow = existsSync(join(ROOT, ".runtime", "runtime.json"));

/** @param suite makes its tensors inside tests, where the backend is the one under test. */
export function describeOnEachBackend(title: string, suite: () => void): void {
  describe(`${title} [cpu]`, () => onBackend("cpu", suite));
  describe(`${title} [wasm]`, () => onBackend("wasm", suite));
  describe.skipIf(!hasTensorflow)(`${title} [tensorflow, where installed]`, () =>
    onBackend("tensorflow", suite),
  );
}

function onBackend(name: "cpu" | "wasm" | "tensorflow", suite: () => void): void {
  beforeAll(async () => {
    if (name === "wasm") {
      const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
      setWasmPaths(`${dirname(main)}/`);
    }
    if (name === "tensorflow") {
      // tiny tensors, and test files that run beside each other: threads would only wait in turn
      process.env["OMP_NUM_THREADS"] ??= "1";
      process.env["TF_NUM_INTRAOP_THREADS"] ??= "1";
      const { backend, reasons } = await loadRuntime({ root: ROOT });
      if (backend !== name) throw new Error(`backends: ${reasons.join("; ")}`);
    }
    await tf.setBackend(name);
    await tf.ready();
  });
  suite();
}
