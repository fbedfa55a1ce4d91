import { join } from "node:path";
import { RunConfig } from "@performer/schema";
import { tensorflowLibraries } from "@performer/tensorflow";
import { describe, expect, test } from "vitest";
import { chooseStepper } from "../src/choose-stepper.ts";
import { TINY_RUN } from "./worker.ts";

const ROOT = join(import.meta.dirname, "../../..");
const CPU = { backend: "tensorflow", device: "cpu" } as const;
const wishes = { root: ROOT, precision: "float32", eager: false } as const;
const hasTensorFlow = tensorflowLibraries(ROOT) !== null;

describe("what computes the steps", () => {
  test("eager tfjs does neither parts of a batch nor XLA, and says so", () => {
    expect(chooseStepper(CPU, { ...wishes, eager: true })).toEqual({ name: "tensorflow" });
    for (const wish of [{ accumulate: 2 }, { xla: true }]) {
      expect(() => chooseStepper(CPU, { ...wishes, eager: true, ...wish })).toThrow("got --eager");
      expect(() => chooseStepper({ ...CPU, backend: "wasm" }, { ...wishes, ...wish })).toThrow(
        "got wasm",
      );
    }
  });

  test("a device that the runtime is not for is refused, with the commands that help", () => {
    expect(() => chooseStepper(CPU, { ...wishes, device: { kind: "gpu" } })).toThrow(
      "expected a runtime for gpu, got cpu; run performer setup --device gpu, and performer doctor --device gpu",
    );
  });

  test.skipIf(!hasTensorFlow)("rows that the parts do not divide are refused before a step", () => {
    const { createStepper } = chooseStepper(CPU, { ...wishes, accumulate: 3 });
    const start = {} as Parameters<NonNullable<typeof createStepper>>[1];
    expect(() => createStepper?.(RunConfig.parse(TINY_RUN), start)).toThrow(
      "expected training.data.batchSize to be a multiple of 3 (workers: 1, parts of each: 3), got 4",
    );
  });
});
