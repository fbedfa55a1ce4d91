import "@tensorflow/tfjs";
import { join } from "node:path";
import { applyModel, type PerformerModel } from "@performer/performer";
import { collateSequences } from "@performer/proteins";
import type { ModelConfigInput } from "@performer/schema";
import { tensorflowLibraries } from "@performer/tensorflow";
import { compileForward, openProgram } from "@performer/tensorflow/compiled";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CompiledModel, compileModel } from "../src/compiled/compiled-model.ts";
import { assignModel, modelOn } from "../src/compiled/graph-model.ts";
import { evaluateBatches, evaluateModel } from "../src/evaluation/evaluate-batches.ts";
import { tinyConfig, tinyEvaluation, tinyModel } from "./fixture.ts";

const libraries = tensorflowLibraries(join(import.meta.dirname, "../../.."));

/** Every kind of attention, at sizes that leave something to see in 12 positions. */
const KINDS = {
  "favor, relu": { mechanism: "favor", numFeatures: 8 },
  "favor, softmax-positive": {
    mechanism: "favor",
    featureMap: { kind: "softmax-positive" },
    numFeatures: 8,
  },
  "relu and local": { mechanism: "favor", numFeatures: 16, localHeads: 1, localWindow: 3 },
  exact: { mechanism: "exact" },
  identity: { mechanism: "identity" },
  local: { mechanism: "local", window: 3 },
  sparse: { mechanism: "sparse", window: 3, numGlobal: 2, numRandom: 1 },
  lsh: { mechanism: "lsh", bucketSize: 2, numHashes: 2 },
  linformer: { mechanism: "linformer", rank: 5 },
} as const satisfies Record<string, ModelConfigInput["attention"]>;

const CASES = (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((kind) =>
  (["bidirectional", "causal"] as const)
    // Linformer mixes all positions before it attends
    .filter((direction) => !(kind === "linformer" && direction === "causal"))
    .map((direction) => [kind, direction] as const),
);

/** Without TensorFlow (WebAssembly fallback) there is nothing to compile for. */
describe.skipIf(libraries === null)("compiled model", () => {
  beforeAll(() => tf.setBackend("cpu"));

  describe.each(CASES)("%s, %s", (kind, direction) => {
    const config = tinyConfig({ model: { attention: KINDS[kind], direction } });
    const E = config.model.embeddingSize;
    let model: PerformerModel;
    let compiled: CompiledModel;
    beforeAll(async () => {
      model = tinyModel(config);
      compiled = await compileModel({
        model,
        libraries: libraries ?? { framework: "", tensorflow: "" },
      });
    });
    afterAll(() => compiled.close());

    // 21 rows of 12 tokens are a small run, 106 a large one: 7 are filled up, 130 are one of each and a part
    test.each([1, 7, 21, 130])("hidden states of %i rows are the eager model's", async (rows) => {
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
      const [actual] = await compiled.encode(batch, [config.model.numLayers]);
      expect(actual).toHaveLength(rows * 12 * E);
      expectClose((actual as Float32Array).filter(takesPart), hidden.dataSync().filter(takesPart), {
        rtol: 1e-5,
        atol: 1e-5,
      });
    });

    test("hidden states of several layers, and token scores, are the eager model's", async () => {
      const sequences = [3, 10, 1].map((length) => Uint8Array.from({ length }, (_, i) => i));
      const batch = collateSequences(sequences, { length: 12 });
      const inputs = {
        tokens: tf.tensor2d(batch.tokens, [3, 12], "int32"),
        paddingMask: tf.tensor2d(batch.paddingMask, [3, 12]),
      };
      const takesPart = (width: number) => (_: number, i: number) =>
        batch.paddingMask[Math.floor(i / width)] === 1;
      const tolerance = { rtol: 1e-5, atol: 1e-5 };
      const layers = [1, 0, config.model.numLayers];
      for (const [index, actual] of (await compiled.encode(batch, layers)).entries()) {
        const { hidden } = applyModel(model, inputs, { depth: layers[index] });
        const expected = hidden.dataSync().filter(takesPart(E));
        expectClose(actual.filter(takesPart(E)), expected, tolerance);
      }
      const V = config.model.vocabularySize;
      const expected = applyModel(model, inputs).logits.dataSync().filter(takesPart(V));
      expectClose((await compiled.logits(batch)).filter(takesPart(V)), expected, tolerance);
    });

    test("layers asked for at once are one pass, as deep as the deepest", async () => {
      const program = openProgram({ libraries: libraries ?? { framework: "", tensorflow: "" } });
      const named = await assignModel(program, model);
      const operations = (layers: readonly number[]) => {
        const forward = compileForward(program, "layers", (inputs, { variables }) =>
          Object.fromEntries(
            layers.map((depth) => {
              const { tokens } = inputs as { tokens: tf.Tensor2D };
              return [
                `${depth}`,
                applyModel(modelOn(named, variables), { tokens }, { depth }).hidden,
              ];
            }),
          ),
        );
        const tokens = { type: "int32", shape: [1, 12], values: new Int32Array(12) } as const;
        return forward.describe({ tokens }).match(/= (MatMul|BatchMatMulV2|Softmax)\(/g)?.length;
      };
      const all = config.model.numLayers;
      expect(operations([1, all])).toBe(operations([all]));
      await program.close();
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
});
