/**
 * Runs one suite on every backend that tfjs has under Node. The TensorFlow backend is there once
 * `npm start` (or `performer setup`) has installed it; without it its suite is skipped by name.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadRuntime } from "@performer/tensorflow";
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

type BackendName = "cpu" | "wasm" | "tensorflow";

function onBackend(name: BackendName, suite: () => void): void {
  beforeAll(() => loadBackend(name));
  suite();
}

/** As the applications load it, with the kernels that a backend lacks. */
export async function loadBackend(name: BackendName): Promise<void> {
  // tiny tensors, and test files that run beside each other: threads would only wait in turn
  process.env["OMP_NUM_THREADS"] ??= "1";
  process.env["TF_NUM_INTRAOP_THREADS"] ??= "1";
  const { backend, reasons } = await loadRuntime({ root: ROOT, prefer: name });
  if (backend !== name) throw new Error(`loadBackend: ${reasons.join("; ")}`);
}
