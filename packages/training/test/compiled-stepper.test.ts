import "@tensorflow/tfjs";
import { join } from "node:path";
import { drawProjections, flattenTree } from "@performer/performer";
import { randomKey } from "@performer/random";
import type { RunConfig } from "@performer/schema";
import { tensorflowLibraries } from "@performer/tensorflow";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { evaluateModel } from "../src/evaluation/evaluate-batches.ts";
import { metricsOf } from "../src/metrics.ts";
import { createOptimizer } from "../src/optimizer/optimizer.ts";
import type { OptimizerState } from "../src/optimizer/transform.ts";
import { createCompiledStepper } from "../src/step/compiled-stepper.ts";
import { createEagerStepper } from "../src/step/eager-stepper.ts";
import type { TrainStepper } from "../src/step/train-stepper.ts";
import { tinyBatch, tinyConfig, tinyModel } from "./fixture.ts";

const libraries = tensorflowLibraries(join(import.meta.dirname, "../../.."));
const config = tinyConfig({ dropout: 0 });
const { optimizer } = config.training;
const context = (step: number) => ({ step, learningRate: 0.01, dropoutKey: randomKey(step) });

/** Without TensorFlow (WebAssembly fallback) there is nothing to compile for. */
describe.skipIf(libraries === null)("compiled stepper", () => {
  beforeAll(() => tf.setBackend("cpu"));

  const compiled = (which: RunConfig = config, optimizerState?: OptimizerState) =>
    createCompiledStepper({
      libraries: libraries ?? { framework: "", tensorflow: "" },
      model: tinyModel(which),
      optimizer: which.training.optimizer,
      optimizerState,
    });
  const eager = (which: RunConfig) =>
    createEagerStepper({
      model: tinyModel(which),
      optimizer: createOptimizer(which.training.optimizer),
    });

  test.each(["adamw", "muon"] as const)(
    "%s: steps, a redraw among them, give the numbers, parameters and slots of the eager stepper",
    async (kind) => {
      const { training } = config;
      const chosen = { ...config, training: { ...training, optimizer: { ...optimizer, kind } } };
      const steppers: TrainStepper[] = [eager(chosen), await compiled(chosen)];
      const [ours, theirs] = await Promise.all(
        steppers.map(async (stepper) => {
          const numbers = [];
          for (const step of [1, 2, 3]) {
            if (step === 3) stepper.redraw(drawProjections(config.model, randomKey(8)));
            const { sums, gradientNorm } = await stepper.step(
              tinyBatch(config, step),
              context(step),
            );
            numbers.push(sums.lossSum, sums.weightSum, sums.correctSum, gradientNorm);
          }
          return numbers;
        }),
      );
      expectClose(theirs ?? [], ours ?? [], { rtol: 1e-5, atol: 1e-6 });

      const [expected, actual] = await Promise.all(steppers.map(readEverything));
      expect(Object.keys(actual ?? {}).sort()).toEqual(Object.keys(expected ?? {}).sort());
      for (const [name, tensor] of Object.entries(expected ?? {})) {
        // Adam divides by the root of tiny moments, which magnifies rounding in the first steps
        expectClose(actual?.[name] as tf.Tensor, tensor, { rtol: 2e-3, atol: 2e-5 });
      }
      for (const stepper of steppers) stepper.dispose();
    },
  );

  test.each(["adamw", "muon"] as const)(
    "%s: a batch in parts, of unequal numbers of targets, gives the numbers, parameters and slots of the whole batch",
    async (kind) => {
      const { training } = config;
      const chosen = { ...config, training: { ...training, optimizer: { ...optimizer, kind } } };
      const open = (accumulate: number) =>
        createCompiledStepper({
          libraries: libraries ?? { framework: "", tensorflow: "" },
          model: tinyModel(chosen),
          optimizer: chosen.training.optimizer,
          accumulate,
        });
      const [whole, parts, thirds] = [await open(1), await open(2), await open(3)];
      for (const step of [1, 2, 3]) {
        // the second row is a third padding, so that a mean of means would be another
        const batch = tinyBatch(config, step);
        const [expected, actual] = [
          await whole.step(batch, context(step)),
          await parts.step(batch, context(step)),
        ];
        expect(actual.sums.weightSum).toBe(expected.sums.weightSum);
        expect(actual.sums.correctSum).toBe(expected.sums.correctSum);
        expect(actual.sums.lossSum).toBeCloseTo(expected.sums.lossSum, 4);
        expect(actual.gradientNorm).toBeCloseTo(expected.gradientNorm, 5);
      }
      const [expected, actual] = [await readEverything(whole), await readEverything(parts)];
      for (const [name, tensor] of Object.entries(expected)) {
        expectClose(actual[name] as tf.Tensor, tensor, { rtol: 2e-3, atol: 2e-5 });
      }
      expect(await parts.evaluateBatch(tinyBatch(config, 9))).toMatchObject({
        weightSum: (await whole.evaluateBatch(tinyBatch(config, 9))).weightSum,
      });
      await expect(thirds.step(tinyBatch(config, 1), context(1))).rejects.toThrow(
        "expected rows that divide into 3 equal parts, got 2",
      );
      for (const stepper of [whole, parts, thirds]) stepper.dispose();
    },
  );

  test("a stepper that takes over model and slots goes on exactly as the first would have", async () => {
    const first = await compiled();
    await first.step(tinyBatch(config, 1), context(1));
    const model = cloneAll(await first.readModel());
    const state = cloneAll(await first.readOptimizerState());
    const second = await createCompiledStepper({
      libraries: libraries ?? { framework: "", tensorflow: "" },
      model,
      optimizer,
      optimizerState: state,
    });
    const results = [first, second].map((stepper) =>
      stepper.step(tinyBatch(config, 2), context(2)),
    );
    expect(await results[1]).toEqual(await results[0]);
    const [a, b] = await Promise.all([first, second].map(readEverything));
    for (const [name, tensor] of Object.entries(a ?? {})) {
      expect(b?.[name]?.dataSync(), name).toEqual(tensor.dataSync());
    }
    first.dispose();
    second.dispose();
  });

  test("evaluation of a batch equals the eager model's, also where training drops out", async () => {
    const dropping = tinyConfig({ dropout: 0.4 });
    const stepper = await compiled(dropping);
    await stepper.step(tinyBatch(dropping, 1), context(1));
    const batch = tinyBatch(dropping, 5);
    const expected = await evaluateModel(await stepper.readModel(), [batch]);
    const actual = metricsOf(await stepper.evaluateBatch(batch));
    expect(actual.correctSum).toBe(expected.correctSum);
    expect(actual.loss).toBeCloseTo(expected.loss, 5);
    stepper.dispose();
  });

  test("dropout follows the key: the same key repeats a step, another key changes it", async () => {
    const dropping = tinyConfig({ dropout: 0.3 });
    const stepper = await compiled(dropping);
    const lossWith = async (seed: number) => {
      // at rate 0 nothing is learned, so only the key can change the loss
      const { sums } = await stepper.step(tinyBatch(dropping, 0), {
        step: 1,
        learningRate: 0,
        dropoutKey: randomKey(seed),
      });
      return sums.lossSum;
    };
    const [once, again, other] = [await lossWith(1), await lossWith(1), await lossWith(2)];
    expect(again).toBe(once);
    expect(other).not.toBe(once);
    stepper.dispose();
  });

  test("the number of tfjs tensors is constant over steps and readings, and zero after dispose", async () => {
    const before = tf.memory().numTensors;
    const stepper = await compiled();
    const counts = [];
    for (const step of [1, 2, 3]) {
      await stepper.step(tinyBatch(config, step), context(step));
      await stepper.readModel();
      await stepper.readOptimizerState();
      counts.push(tf.memory().numTensors);
    }
    expect(new Set(counts).size).toBe(1);
    stepper.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Parameters, projections and slots by name. */
async function readEverything(stepper: TrainStepper): Promise<Record<string, tf.Tensor>> {
  const { parameters, projections } = await stepper.readModel();
  const state = await stepper.readOptimizerState();
  return {
    ...flattenTree(parameters),
    ...Object.fromEntries(projections.map((tensor, layer) => [`projections/${layer}`, tensor])),
    ...Object.fromEntries(
      Object.entries(state).flatMap(([kind, tensors]) =>
        Object.entries(tensors).map(([name, tensor]) => [`${kind}/${name}`, tensor]),
      ),
    ),
  };
}

/** The same structure with copies of its tensors. */
function cloneAll<Value>(value: Value): Value {
  if (value instanceof tf.Tensor) return tf.clone(value) as Value;
  if (Array.isArray(value)) return value.map(cloneAll) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, cloneAll(part)]),
  ) as Value;
}
