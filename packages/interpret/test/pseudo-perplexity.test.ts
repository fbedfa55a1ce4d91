import { applyModel } from "@performer/performer";
import { TOKEN } from "@performer/proteins";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { pseudoPerplexity } from "../src/pseudo-perplexity.ts";
import { drawSequence, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const sequence = drawSequence(17);

/** -log p of `residue` at `position` of the tokens, by a softmax over all tokens in float64. */
function surprise(
  model: ReturnType<typeof tinyModel>,
  tokens: readonly number[],
  position: number,
  residue: number,
) {
  const ids = tf.tensor2d([[...tokens]], undefined, "int32");
  const scores = applyModel(model, { tokens: ids }).logits.arraySync()[0]?.[position] as number[];
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  return Math.log(total) - (scores[residue] as number);
}

const perplexityOf = (surprises: readonly number[]) =>
  Math.exp(surprises.reduce((sum, each) => sum + each, 0) / surprises.length);

describe("pseudoPerplexity is exp of the mean surprise", () => {
  test("each residue hidden in turn, of a bidirectional model", async () => {
    const model = tinyModel();
    const surprises = Array.from(sequence, (residue, position) => {
      const tokens: number[] = [TOKEN.bos, ...sequence, TOKEN.eos];
      tokens[position + 1] = TOKEN.mask;
      return surprise(model, tokens, position + 1, residue);
    });
    const found = await pseudoPerplexity(model, sequence);
    expectClose([found], [perplexityOf(surprises)], { rtol: 1e-5, atol: 0 });
  });

  test("each from the residues before, of a causal model", async () => {
    const model = tinyModel({ direction: "causal" });
    const surprises = Array.from(sequence, (residue, position) =>
      surprise(model, [TOKEN.bos, ...sequence.slice(0, position)], position, residue),
    );
    const found = await pseudoPerplexity(model, sequence);
    expectClose([found], [perplexityOf(surprises)], { rtol: 1e-5, atol: 0 });
  });
});

test("refuses what the model cannot take", async () => {
  await expect(pseudoPerplexity(tinyModel(), new Uint8Array(0))).rejects.toThrow(RangeError);
  expect(await pseudoPerplexity(tinyModel(), sequence)).toBeGreaterThan(1);
});
