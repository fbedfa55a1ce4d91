import "@tensorflow/tfjs";
import {
  applyModel,
  crossEntropy,
  drawProjections,
  flattenTree,
  type PerformerModel,
} from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import { randomKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { evaluateModel } from "../src/evaluation/evaluate-batches.ts";
import { createOptimizer } from "../src/optimizer/optimizer.ts";
import { createEagerStepper } from "../src/step/eager-stepper.ts";
import { trainStep } from "../src/step/train-step.ts";
import { tinyBatch, tinyConfig, tinyEvaluation, tinyModel } from "./fixture.ts";

const config = tinyConfig({ dropout: 0 });
const optimizer = createOptimizer(config.training.optimizer);
const context = (step: number) => ({ step, learningRate: 0.01, dropoutKey: randomKey(step) });
const create = (which = config) => createEagerStepper({ model: tinyModel(which), optimizer });

/** Mean loss of a batch over one of its masks, computed apart from src/. */
function lossOf(
  model: PerformerModel,
  batch: TrainingBatch,
  mask: "lossMask" | "scoreMask",
): number {
  return tf.tidy(() => {
    const shape: [number, number] = [batch.rows, batch.length];
    const { logits } = applyModel(model, {
      tokens: tf.tensor2d(batch.inputs, shape, "int32"),
      paddingMask: tf.tensor2d(batch.paddingMask, shape),
    });
    const { lossSum, weightSum } = crossEntropy(
      logits,
      tf.tensor2d(batch.targets, shape, "int32"),
      tf.tensor2d(batch[mask], shape),
    );
    return lossSum.dataSync()[0]! / weightSum.dataSync()[0]!;
  });
}

test("the number of tensors is constant over steps, redraws and evaluations, and zero after dispose", async () => {
  const before = tf.memory().numTensors;
  const stepper = create(tinyConfig({ dropout: 0.1 }));
  await stepper.step(tinyBatch(config, 0), context(1));
  const during = tf.memory().numTensors;
  for (const step of [2, 3, 4]) {
    await stepper.step(tinyBatch(config, step), context(step));
    stepper.redraw(drawProjections(config.model, randomKey(step)));
    await evaluateModel(await stepper.readModel(), tinyEvaluation(config));
    expect(tf.memory().numTensors).toBe(during);
  }
  stepper.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("a step reports loss and weight of the scored positions, before the update", async () => {
  const stepper = create();
  const batch = tinyBatch(config, 0);
  const expected = lossOf(await stepper.readModel(), batch, "scoreMask");
  const { sums } = await stepper.step(batch, context(1));
  expect(sums.weightSum).toBe(batch.scoreMask.reduce((a, b) => a + b));
  expect(sums.lossSum / sums.weightSum).toBeCloseTo(expected, 6);
  stepper.dispose();
});

test("the gradient norm is that of the mean loss over the learned positions: moving down the gradient lowers the loss by rate times its square", async () => {
  const batch = tinyBatch(config, 0);
  const model = tinyModel(config);
  const rate = 1e-3;
  // an optimiser that is plain gradient descent
  const descent = {
    init: () => ({}),
    update: (updates: Record<string, tf.Tensor>) => ({
      updates: Object.fromEntries(Object.entries(updates).map(([n, g]) => [n, tf.mul(g, -rate)])),
      state: {},
    }),
  };
  const stepper = createEagerStepper({ model, optimizer: descent });
  const before = lossOf(await stepper.readModel(), batch, "lossMask");
  const { gradientNorm } = await stepper.step(batch, context(1));
  const after = lossOf(await stepper.readModel(), batch, "lossMask");
  expect((before - after) / (rate * gradientNorm ** 2)).toBeCloseTo(1, 1);
  stepper.dispose();
});

test("trainStep is pure: its inputs are alive and unchanged afterwards", () => {
  const model = tinyModel(config);
  const state = optimizer.init(flattenTree(model.parameters));
  const values = () =>
    Object.values(flattenTree(model.parameters)).map((t) => Array.from(t.dataSync()));
  const before = values();
  const once = trainStep(model, optimizer, state, tinyBatch(config, 0), context(1));
  const twice = trainStep(model, optimizer, state, tinyBatch(config, 0), context(1));
  expect(values()).toEqual(before);
  expect(twice.numbers.dataSync()).toEqual(once.numbers.dataSync());
  const changed = Object.entries(once.parameters).filter(
    ([name, p]) => !tf.equal(p, flattenTree(model.parameters)[name]!).all().dataSync()[0],
  );
  expect(changed).toHaveLength(Object.keys(once.parameters).length);
});

test("dropout follows the key: the same key repeats a step, another key changes it", async () => {
  const dropping = tinyConfig({ dropout: 0.3 });
  const lossWith = async (seed: number) => {
    const stepper = create(dropping);
    const { sums } = await stepper.step(tinyBatch(dropping, 0), {
      ...context(1),
      dropoutKey: randomKey(seed),
    });
    stepper.dispose();
    return sums.lossSum;
  };
  expect(await lossWith(1)).toBe(await lossWith(1));
  expect(await lossWith(1)).not.toBe(await lossWith(2));
});

test("one batch can be overfitted", async () => {
  const stepper = create();
  const batch = tinyBatch(config, 0);
  const first = await stepper.step(batch, context(1));
  let last = first;
  for (let step = 2; step <= 150; step++)
    last = await stepper.step(batch, { ...context(step), learningRate: 0.03 });
  expect(last.sums.lossSum / last.sums.weightSum).toBeLessThan(0.1);
  expect(last.sums.correctSum).toBe(last.sums.weightSum);
  stepper.dispose();
});

test("evaluation weighs positions, not batches: it equals the sums over all batches", async () => {
  const model = tinyModel(config);
  const batches: TrainingBatch[] = [];
  for await (const batch of tinyEvaluation(config)) batches.push(batch);
  // the second batch scores a single position
  const scoreMask = batches[1]!.scoreMask.map((_, i) => (i === 4 ? 1 : 0));
  batches[1] = { ...batches[1]!, scoreMask };
  const weights = batches.map((batch) => batch.scoreMask.reduce((a, b) => a + b));
  const losses = batches.map((batch) => lossOf(model, batch, "scoreMask"));
  const lossSum = losses.reduce((sum, loss, i) => sum + weights[i]! * loss, 0);
  const metrics = await evaluateModel(model, batches);
  expect(metrics.weightSum).toBe(weights.reduce((a, b) => a + b));
  expect(metrics.lossSum).toBeCloseTo(lossSum, 4);
  expect(metrics.perplexity).toBeCloseTo(Math.exp(lossSum / metrics.weightSum), 4);
});

test("evaluation of nothing is an error, not a perfect score", async () => {
  await expect(evaluateModel(tinyModel(config), [])).rejects.toThrow(
    "scored positions, got none; is the validation set empty?",
  );
});
