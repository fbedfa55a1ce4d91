import { attentionDivergence, suggestFeatures } from "@performer/interpret";
import { transferModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { drawSequence, tinyModel } from "./tiny-model.ts";

beforeAll(() => tf.setBackend("cpu"));

const source = tinyModel({ attention: { mechanism: "exact" } });
const attention = AttentionConfig.parse({
  mechanism: "favor",
  featureMap: { kind: "softmax-positive" },
}) as Extract<AttentionConfig, { mechanism: "favor" }>;
const sequences = [drawSequence(12, "a"), drawSequence(9, "b")];
const key = randomKey(2);
const BOUND = 0.12;

test("the suggested M is the least power of two whose transfer keeps every layer within the bound", async () => {
  const { numFeatures, trials } = await suggestFeatures({
    source,
    attention,
    key,
    sequences,
    bound: BOUND,
  });
  expect(trials.map((trial) => trial.numFeatures)).toEqual(trials.map((_, i) => 16 * 2 ** i));
  expect(numFeatures).toBe(trials.at(-1)?.numFeatures);
  expect(trials.length).toBeGreaterThan(1);
  const worstOf = async (M: number) => {
    const target = transferModel(source, { ...attention, numFeatures: M }, key);
    return Math.max(
      ...(await attentionDivergence(source, target, sequences)).map(({ own }) => own),
    );
  };
  expect(await worstOf(numFeatures ?? 0)).toBeLessThanOrEqual(BOUND);
  expect(await worstOf((numFeatures ?? 0) / 2)).toBeGreaterThan(BOUND);
});

test("where no M is enough, all are told and the law of Monte Carlo says how many would be", async () => {
  const { numFeatures, trials, estimate } = await suggestFeatures({
    ...{ source, attention, key, bound: 1e-6 },
    sequences: [drawSequence(4)],
  });
  expect(numFeatures).toBeNull();
  const last = trials.at(-1);
  expect(last?.numFeatures).toBe(4096);
  expect(estimate).toBe(Math.ceil(4096 * ((last?.worst ?? 0) / 1e-6) ** 2));
});

test("frees what it makes", async () => {
  const { numTensors } = tf.memory();
  await suggestFeatures({ source, attention, key, sequences, bound: 0.5 });
  expect(tf.memory().numTensors).toBe(numTensors);
});
