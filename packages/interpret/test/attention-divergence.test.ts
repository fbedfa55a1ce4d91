import {
  type AttentionState,
  applyModel,
  attention,
  disposeModel,
  flattenTree,
  type PerformerModel,
  transferModel,
  unflattenTree,
} from "@performer/performer";
import { collateSequences } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { attentionDivergence } from "../src/attention-divergence.ts";
import { drawSequence, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const sequences = [drawSequence(9, "a"), drawSequence(17, "b")];
const features = (numFeatures: number) =>
  AttentionConfig.parse({
    mechanism: "favor",
    featureMap: { kind: "softmax-positive" },
    numFeatures,
  });
const transformer = (direction: "causal" | "bidirectional" = "bidirectional") =>
  tinyModel({ attention: { mechanism: "exact" }, direction });

/** Attention outputs [H][L D] of every layer of `by`, on the states of `states`. */
function outputs(states: PerformerModel, by: PerformerModel, sequence: Uint8Array): number[][][] {
  const L = sequence.length + 2;
  const { tokens } = collateSequences([sequence], { length: L });
  const layers: number[][][] = [];
  const observe = (layer: number, { query, key, value }: AttentionState) => {
    const output = attention(query, key, value, {
      config: by.config.attention,
      direction: by.config.direction,
      projection: by.projections[layer],
    });
    const rows = output.arraySync()[0] as number[][][]; // [L][H][D]
    layers[layer] = [0, 1].map((head) => rows.flatMap((heads) => heads[head] as number[]));
  };
  tf.tidy(() => {
    applyModel(states, { tokens: tf.tensor2d(tokens, [1, L], "int32") }, { observe });
  });
  return layers;
}

/** ‖a - b‖ / ‖b‖ over the heads that are named and all sequences, in float64. */
function relativeError(pairs: readonly [number[][], number[][]][], heads: readonly number[]) {
  let [error, norm] = [0, 0];
  for (const [a, b] of pairs) {
    for (const head of heads) {
      for (const [i, value] of (b[head] as number[]).entries()) {
        error += (((a[head] as number[])[i] as number) - value) ** 2;
        norm += value ** 2;
      }
    }
  }
  return Math.sqrt(error / norm);
}

test.each(["bidirectional", "causal"] as const)(
  "%s: own, heads and accumulated are the relative errors of the outputs, summed in float64",
  async (direction) => {
    const source = transformer(direction);
    const target = transferModel(source, features(8), randomKey(1));
    const found = await attentionDivergence(source, target, sequences);
    expect(found.map(({ layer }) => layer)).toEqual([0, 1]);
    for (const { layer, own, heads, accumulated } of found) {
      const pairsOf = (states: PerformerModel) =>
        sequences.map((sequence): [number[][], number[][]] => [
          outputs(states, target, sequence)[layer] as number[][],
          outputs(source, source, sequence)[layer] as number[][],
        ]);
      expectClose(own, relativeError(pairsOf(source), [0, 1]), { rtol: 1e-4, atol: 0 });
      expectClose(
        [...heads],
        [0, 1].map((head) => relativeError(pairsOf(source), [head])),
        {
          rtol: 1e-4,
          atol: 0,
        },
      );
      expectClose(accumulated, relativeError(pairsOf(target), [0, 1]), { rtol: 1e-4, atol: 0 });
    }
  },
);

test("the first layer inherits nothing: its accumulated error is its own", async () => {
  const source = transformer();
  const target = transferModel(source, features(8), randomKey(1));
  const [first, second] = await attentionDivergence(source, target, sequences);
  expect(first?.accumulated).toBeCloseTo(first?.own as number, 6);
  expect(second?.accumulated).not.toBeCloseTo(second?.own as number, 3);
});

test("a model does not diverge from itself", async () => {
  const source = transformer();
  for (const { own, heads, accumulated } of await attentionDivergence(source, source, sequences)) {
    expect([own, ...heads, accumulated]).toEqual([0, 0, 0, 0]);
  }
});

/** Queries and keys are a third of the others': features of large ones are too skewed for M of some 100. */
function gentleTransformer(): PerformerModel {
  const model = transformer();
  const flat = Object.entries(flattenTree(model.parameters)).map(([name, tensor]) => [
    name,
    /query|key/.test(name) ? tf.div(tensor, 3) : tensor,
  ]);
  return { ...model, parameters: unflattenTree(Object.fromEntries(flat)) };
}

test("the own error falls as M grows, about as 1 / sqrt(M)", async () => {
  const source = gentleTransformer();
  const draws = Array.from({ length: 12 }, (_, seed) => seed);
  /** Root mean square over draws and layers. */
  const errorOf = async (numFeatures: number) => {
    let squares = 0;
    for (const seed of draws) {
      const target = transferModel(source, features(numFeatures), randomKey(seed));
      for (const { own } of await attentionDivergence(source, target, sequences))
        squares += own ** 2;
      disposeModel(target);
    }
    return Math.sqrt(squares / draws.length);
  };
  const [few, some, many] = [await errorOf(16), await errorOf(64), await errorOf(256)];
  expect(some).toBeLessThan(few);
  expect(many).toBeLessThan(some);
  // sqrt(256 / 16) = 4, to what 12 draws can tell
  expect(few / many).toBeGreaterThan(2.5);
  expect(few / many).toBeLessThan(6);
});

test("no tensor is left behind", async () => {
  const source = transformer();
  const target = transferModel(source, features(8), randomKey(1));
  await expectConstantMemory(async () => {
    await attentionDivergence(source, target, sequences);
  });
});

test("no sequence, and models of other sizes, are refused with the remedy", async () => {
  const source = transformer();
  await expect(attentionDivergence(source, source, [])).rejects.toThrow(/is the file empty\?/);
  const deeper = tinyModel({ attention: { mechanism: "exact" }, numLayers: 3 });
  await expect(attentionDivergence(source, deeper, sequences)).rejects.toThrow(
    /numLayers 2 and 3; make the target with transferModel/,
  );
});
