/** The experiments that ask a trained model: which heads are shown, what is claimed of numbers, what is missing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BLOSUM62, STANDARD_RESIDUES } from "@performer/proteins";
import { afterAll, describe, expect, test } from "vitest";
import { similarityClaims } from "../experiments/amino-acid-similarity/present.ts";
import type { SimilarityResult } from "../experiments/amino-acid-similarity/result.ts";
import { chooseHeads } from "../experiments/attention-maps/choose-heads.ts";
import { attentionClaims } from "../experiments/attention-maps/present.ts";
import type { AttentionResult } from "../experiments/attention-maps/result.ts";
import { openModel, SHIPPED } from "../experiments/trained/open-model.ts";

const scratch = mkdtempSync(join(tmpdir(), "trained-experiments-"));
afterAll(() => rmSync(scratch, { recursive: true }));

test("heads shown: of four even layers the nearest, the farthest, and of the rest the most varied", () => {
  const layer = [
    { meanDistance: 30, variation: 1 },
    { meanDistance: 40, variation: 9 },
    { meanDistance: 10, variation: 9 },
    { meanDistance: 20, variation: 3 },
  ];
  const shown = chooseHeads(Array.from({ length: 6 }, () => layer));
  expect(shown.map((one) => one.layer)).toEqual([0, 0, 0, 2, 2, 2, 3, 3, 3, 5, 5, 5]);
  expect(shown.slice(0, 3).map((one) => one.head)).toEqual([2, 1, 3]);
});

test("heads shown: a small model shows what it has, each head once", () => {
  const one = { meanDistance: 1, variation: 1 };
  expect(chooseHeads([[one, one]])).toEqual([
    { layer: 0, head: 0 },
    { layer: 0, head: 1 },
  ]);
});

/** A similarity that is BLOSUM62 itself, times `sign`. */
function comparison(sign: 1 | -1): SimilarityResult["trained"][number] {
  return {
    residues: STANDARD_RESIDUES,
    similarity: BLOSUM62.map((row, a) =>
      row.map((score, b) => (a === b ? null : (sign * score) / 11)),
    ),
    blosum62: BLOSUM62.map((row) => [...row]),
    edges: "flat",
    headsKept: 48,
    headsTotal: 48,
    sequences: 800,
    pearson: sign,
    spearman: sign,
    interval: [sign, sign],
    mantelP: sign === 1 ? 1e-4 : 1,
    embeddingControl: 0,
  };
}

describe("statements on similarity", () => {
  const claimsOf = (trained: 1 | -1, untrained: 1 | -1) =>
    similarityClaims({
      model: "models/x",
      step: 1,
      sequences: "800",
      trained: [comparison(trained)],
      untrained: [{ seed: 0, ...comparison(untrained) }],
    }).map(({ holds }) => holds);

  test("all hold for BLOSUM62 itself against a model that knows the opposite", () => {
    expect(claimsOf(1, -1)).toEqual([true, true, true, true]);
  });

  test("none holds for the opposite; and what an untrained model has too is not learned", () => {
    expect(claimsOf(-1, 1)).toEqual([false, false, false, false]);
    expect(claimsOf(1, 1).at(-1)).toBe(false);
  });
});

test("a pattern counts as found where every untrained model has fewer heads of it", () => {
  const heads = (patterns: AttentionResult["trained"][number][number]["pattern"][]) => [
    patterns.map((pattern) => ({ pattern, meanDistance: 1 })),
  ];
  const claims = attentionClaims({
    model: "models/x",
    step: 1,
    protein: "P",
    sequence: "AC",
    trained: heads(["local", "striped", "striped"]),
    untrained: [
      { seed: 0, heads: heads(["local", "striped", "flat"]) },
      { seed: 1, heads: heads(["flat", "striped", "flat"]) },
    ],
    shown: [],
  });
  expect(claims.map(({ holds }) => holds)).toEqual([false, true]);
});

describe("a model that is not there", () => {
  test("shipped, but models/ is empty", async () => {
    await expect(openModel(scratch, SHIPPED)).rejects.toThrow(
      "there is no bidirectional model under models/; train and export one (models/README.md), or name a checkpoint with --checkpoint",
    );
  });

  test("a folder that does not exist", async () => {
    await expect(openModel(scratch, "runs/none")).rejects.toThrow(
      "got runs/none: there is no such folder; name one with --checkpoint",
    );
  });
});
