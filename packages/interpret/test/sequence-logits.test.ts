import { applyModel, type PerformerModel } from "@performer/performer";
import { TOKEN } from "@performer/proteins";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { logSumExp, sequenceLogits, standardLogits } from "../src/sequence-logits.ts";
import { drawSequence, mechanisms, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const V = 29;
const sequences = [40, 3, 62, 30, 1, 29].map((length, index) => drawSequence(length, index));

/** Scores at each position of `bos residues eos`, straight from the model. */
function rowsOf(model: PerformerModel, residues: Uint8Array): number[][] {
  const tokens = tf.tensor2d([[TOKEN.bos, ...residues, TOKEN.eos]], undefined, "int32");
  const [rows = []] = applyModel(model, { tokens }).logits.arraySync();
  return rows;
}

describe.each(["bidirectional", "causal"] as const)("%s", (direction) => {
  const model = () => tinyModel({ direction });

  test("row i is of residue i: at its own place where all is read, else at the token before", async () => {
    const results = await sequenceLogits(model(), sequences);
    for (const [index, residues] of sequences.entries()) {
      const first = direction === "causal" ? 0 : 1;
      const expected = rowsOf(model(), residues).slice(first, first + residues.length);
      expectClose(results[index] as Float32Array, expected.flat(), { rtol: 1e-5, atol: 1e-5 });
    }
  });

  test("a sequence has the same scores alone, beside others, or in batches of another size", async () => {
    const together = await sequenceLogits(model(), sequences);
    const single = await sequenceLogits(model(), sequences, { maxTokens: 1 });
    for (const [index, logits] of together.entries()) {
      const [alone = new Float32Array()] = await sequenceLogits(model(), [
        sequences[index] as Uint8Array,
      ]);
      expectClose(logits, alone, { rtol: 1e-5, atol: 1e-5 });
      expectClose(single[index] as Float32Array, alone, { rtol: 1e-5, atol: 1e-5 });
    }
  });
});

test("causal: the scores of a residue are unchanged when it and those after it change", async () => {
  const model = tinyModel({ direction: "causal" });
  const changed = (sequences[0] as Uint8Array).map((id, i) => (i >= 20 ? (id + 7) % 20 : id));
  const [before, after] = await sequenceLogits(model, [sequences[0] as Uint8Array, changed]);
  const upTo = (logits?: Float32Array) => logits?.slice(0, 21 * V) as Float32Array;
  expectClose(upTo(after), upTo(before), { rtol: 1e-5, atol: 1e-5 });
});

test.each(Object.keys(mechanisms))("%s: padding changes nothing", async (mechanism) => {
  const model = tinyModel({ attention: mechanisms[mechanism] as never });
  const [logits = new Float32Array()] = await sequenceLogits(model, [sequences[3] as Uint8Array]);
  const expected = rowsOf(model, sequences[3] as Uint8Array).slice(1, 31);
  expectClose(logits, expected.flat(), { rtol: 1e-5, atol: 1e-5 });
});

test("the standard columns are the first 20 of each row", () => {
  const logits = Float32Array.from({ length: 3 * V }, (_, i) => i);
  expect([...standardLogits(logits, V)]).toEqual(
    [0, V, 2 * V].flatMap((start) => Array.from({ length: 20 }, (_, i) => start + i)),
  );
});

test("logSumExp normalises: probabilities of a row sum to 1, also of scores that overflow exp", () => {
  const logits = Float32Array.from({ length: 2 * V }, (_, i) => (i < V ? i / 3 : 500 + i));
  const normalisers = logSumExp(logits, V);
  for (const row of [0, 1]) {
    const scores = [...logits.subarray(row * V, (row + 1) * V)];
    const sum = scores.reduce((total, s) => total + Math.exp(s - (normalisers[row] as number)), 0);
    expect(sum).toBeCloseTo(1, 4);
  }
});

test("an empty or too long sequence is refused by its index", async () => {
  await expect(sequenceLogits(tinyModel(), [drawSequence(5), drawSequence(63)])).rejects.toThrow(
    "sequenceLogits: expected 1 to 62 residues (the model's maxLength less bos and eos), got 63 in sequence 1",
  );
});

test("no tensor is left", async () => {
  const model = tinyModel();
  await expectConstantMemory(async () => {
    await sequenceLogits(model, sequences);
  });
});
