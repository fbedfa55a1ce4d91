import "@tensorflow/tfjs";
import { join } from "node:path";
import { applyModel } from "@performer/performer";
import { collateSequences } from "@performer/proteins";
import { tensorflowLibraries } from "@performer/tensorflow";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CompiledModel, compileModel } from "../src/compiled/compiled-model.ts";
import { evaluateBatches, evaluateModel } from "../src/evaluation/evaluate-batches.ts";
import { tinyConfig, tinyEvaluation, tinyModel } from "./fixture.ts";

const libraries = tensorflowLibraries(join(import.meta.dirname, "../../.."));
const config = tinyConfig();
const E = config.model.embeddingSize;

/** Without TensorFlow (WebAssembly fallback) there is nothing to compile for. */
describe.skipIf(libraries === null)("compiled model", () => {
  const model = tinyModel(config);
  let compiled: CompiledModel;
  beforeAll(async () => {
    await tf.setBackend("cpu");
    compiled = await compileModel({
      model,
      libraries: libraries ?? { framework: "", tensorflow: "" },
    });
  });
  afterAll(() => compiled.close());

  // 21 rows of 12 tokens are one run: 7 are filled up, 50 are two full runs and a part of one
  test.each([1, 7, 21, 50])("hidden states of %i rows are the eager model's", async (rows) => {
    const sequences = Array.from({ length: rows }, (_, row) =>
      Uint8Array.from({ length: 1 + (row % 10) }, (_, i) => (row + 3 * i) % 20),
    );
    const batch = collateSequences(sequences, { length: 12 });
    const shape: [number, number] = [rows, 12];
    const { hidden } = applyModel(model, {
      tokens: tf.tensor2d(batch.tokens, shape, "int32"),
      paddingMask: tf.tensor2d(batch.paddingMask, shape),
    });
    const takesPart = (_: number, i: number) => batch.paddingMask[Math.floor(i / E)] === 1;
    const actual = await compiled.encode(batch);
    expect(actual).toHaveLength(rows * 12 * E);
    expectClose(actual.filter(takesPart), hidden.dataSync().filter(takesPart), {
      rtol: 1e-5,
      atol: 1e-5,
    });
  });

  test("scores are the eager model's, which stays the caller's", async () => {
    const expected = await evaluateModel(model, tinyEvaluation(config));
    const actual = await evaluateBatches(compiled.evaluateBatch, tinyEvaluation(config));
    expect(actual.loss).toBeCloseTo(expected.loss, 5);
    expect([actual.weightSum, actual.correctSum]).toEqual([
      expected.weightSum,
      expected.correctSum,
    ]);
  });
});
