import { applyModel, type PerformerModel } from "@performer/performer";
import { TOKEN } from "@performer/proteins";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { eagerEncoder, type TokenScorer } from "../src/encoder.ts";
import {
  type MutationOptions,
  mutationCost,
  mutationScores,
  type PositionScores,
} from "../src/mutation-scores.ts";
import { drawSequence, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const sequence = drawSequence(23);

async function collect(
  source: PerformerModel | TokenScorer,
  options: MutationOptions,
): Promise<PositionScores[]> {
  const records: PositionScores[] = [];
  for await (const record of mutationScores(source, sequence, options)) records.push(record);
  return records;
}

/** log p of every token at `position` of the tokens, by a softmax in float64. */
function logProbabilities(model: PerformerModel, tokens: readonly number[], position: number) {
  const ids = tf.tensor2d([[...tokens]], undefined, "int32");
  const scores = applyModel(model, { tokens: ids }).logits.arraySync()[0]?.[position] as number[];
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  return scores.map((score) => Math.log(Math.exp(score) / total));
}

/** [20] log p(mutant) - log p(wild type), of the tokens as they stand. */
function expectedScores(
  model: PerformerModel,
  tokens: readonly number[],
  position: number,
  wildType: number,
): number[] {
  const logs = logProbabilities(model, tokens, position);
  return logs.slice(0, 20).map((log) => log - (logs[wildType] as number));
}

const TOLERANCE = { rtol: 1e-5, atol: 1e-5 };

describe("scores are log p(mutant) - log p(wild type)", () => {
  test("single-pass: both from one pass over the unmasked sequence", async () => {
    const model = tinyModel();
    const records = await collect(model, { method: "single-pass" });
    expect(records.map(({ position }) => position)).toEqual([...sequence.keys()]);
    for (const { position, wildType, scores } of records) {
      expect(wildType).toBe(sequence[position]);
      const tokens = [TOKEN.bos, ...sequence, TOKEN.eos];
      expectClose(scores, expectedScores(model, tokens, position + 1, wildType), TOLERANCE);
    }
  });

  test("masked-marginals: both from a pass in which that position alone is hidden", async () => {
    const model = tinyModel();
    // 32 tokens a row: batches of 3 rows, the last one shorter
    const records = await collect(model, { method: "masked-marginals", maxTokens: 100 });
    expect(records.map(({ position }) => position)).toEqual([...sequence.keys()]);
    for (const { position, wildType, scores } of records) {
      const tokens: number[] = [TOKEN.bos, ...sequence, TOKEN.eos];
      tokens[position + 1] = TOKEN.mask;
      expectClose(scores, expectedScores(model, tokens, position + 1, wildType), TOLERANCE);
    }
  });

  test("single-pass of a causal model: what may follow the residues before", async () => {
    const model = tinyModel({ direction: "causal" });
    for (const { position, wildType, scores } of await collect(model, { method: "single-pass" })) {
      const tokens = [TOKEN.bos, ...sequence.slice(0, position)];
      expectClose(scores, expectedScores(model, tokens, position, wildType), TOLERANCE);
    }
  });
});

test("the wild type's own score is 0, and the two methods differ", async () => {
  const single = await collect(tinyModel(), { method: "single-pass" });
  const masked = await collect(tinyModel(), { method: "masked-marginals" });
  for (const records of [single, masked]) {
    for (const { wildType, scores } of records) {
      if (wildType < 20) expect(scores[wildType]).toBe(0);
    }
  }
  const differences = single.map(({ scores }, i) =>
    Math.max(...scores.map((score, a) => Math.abs(score - (masked[i]?.scores[a] as number)))),
  );
  expect(Math.max(...differences)).toBeGreaterThan(1e-2);
});

test("positions are scored in the order asked, and a hidden one does not depend on the others", async () => {
  const model = tinyModel();
  const all = await collect(model, { method: "masked-marginals" });
  const some = await collect(model, { method: "masked-marginals", positions: [20, 0, 7] });
  expect(some.map(({ position }) => position)).toEqual([20, 0, 7]);
  for (const { position, scores } of some) {
    expectClose(scores, all[position]?.scores as Float32Array, TOLERANCE);
  }
});

describe("the cost is what is computed", () => {
  test.each([
    ["single-pass", undefined, 1],
    ["single-pass", [3, 4], 1],
    ["masked-marginals", undefined, 23],
    ["masked-marginals", [3, 4], 2],
  ] as const)("%s of positions %o: %i passes", async (method, positions, passes) => {
    const model = tinyModel();
    let rows = 0;
    const inner = eagerEncoder(model);
    const counting: TokenScorer = {
      config: model.config,
      logits: (batch) => {
        rows += batch.rows;
        return inner.logits(batch);
      },
    };
    expect(mutationCost(23, { method, positions })).toEqual({ passes, residues: 23 * passes });
    await collect(counting, { method, positions });
    expect(rows).toBe(passes);
  });
});

test("records come batch by batch, and nothing more is computed for a reader who stops", async () => {
  const model = tinyModel();
  const inner = eagerEncoder(model);
  let batches = 0;
  const counting: TokenScorer = {
    config: model.config,
    logits: (batch) => {
      batches++;
      return inner.logits(batch);
    },
  };
  const options = { method: "masked-marginals", maxTokens: 64 } as const; // 2 rows a batch
  for await (const { position } of mutationScores(counting, sequence, options)) {
    expect(batches).toBe(Math.floor(position / 2) + 1);
    if (position === 5) break;
  }
  expect(batches).toBe(3);
});

test("masked marginals of a causal model, and positions that are not there, are refused with the remedy", async () => {
  const causal = tinyModel({ direction: "causal" });
  await expect(collect(causal, { method: "masked-marginals" })).rejects.toThrow(
    'use the method "single-pass", or another model',
  );
  const model = tinyModel();
  for (const position of [-1, 23, 1.5]) {
    await expect(collect(model, { method: "single-pass", positions: [position] })).rejects.toThrow(
      `mutationScores: expected positions from 0 to 22, got ${position}`,
    );
  }
  await expect(collect(model, { method: "single-pass", positions: [2, 2] })).rejects.toThrow(
    "each position once",
  );
});

test("no tensor is left, whether all is read or the reader stops early", async () => {
  const model = tinyModel();
  await expectConstantMemory(async () => {
    await collect(model, { method: "masked-marginals" });
    for await (const _ of mutationScores(model, sequence, { method: "masked-marginals" })) break;
  });
});
