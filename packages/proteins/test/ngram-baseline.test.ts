import {
  countNgrams,
  encodeSequence,
  type NgramCounts,
  ngramBaseline,
  type RecordSource,
  STANDARD_RESIDUES,
  TOKEN,
} from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NgramReference } from "./ngram-reference.ts";

const encoder = new TextEncoder();
const sourceOf = (sequences: readonly string[]): RecordSource =>
  async function* () {
    for (const [line, sequence] of sequences.entries()) {
      yield { header: `s${line}`, sequence: encoder.encode(sequence), source: "a.fasta", line };
    }
  };

/** Uneven enough for contexts to matter: each residue is often the one before it, or its neighbour. */
function drawSequences(count: number, length: number, name: string): string[] {
  return Array.from({ length: count }, (_, index) => {
    const stream = createStream(splitKey(randomKey(11), name, index));
    let last = 0;
    return Array.from({ length }, () => {
      if (stream.uniform() < 0.05) return "X";
      last = stream.uniform() < 0.5 ? (last + stream.integer(2)) % 6 : stream.integer(20);
      return STANDARD_RESIDUES[last];
    }).join("");
  });
}

const training = drawSequences(6, 60, "train");
const count = (order: number): Promise<NgramCounts> => countNgrams(sourceOf(training), { order });

describe("counts", () => {
  test("every run of residues inside a sequence is counted once, its start included, and none across X or an end", async () => {
    const counts = await countNgrams(sourceOf(["ACXA", "CA"]), { order: 2 });
    const [one, two] = counts.byLength.map((table) =>
      [...table.entries()].filter(([, n]) => n > 0),
    );
    expect(one).toEqual([
      [0, 3],
      [1, 2],
    ]);
    // AC = 0 · 21 + 1, CA = 1 · 21 + 0, and 20 for the start: ^A, ^C
    expect(two).toEqual([
      [1, 1],
      [21, 1],
      [420, 1],
      [421, 1],
    ]);
    expect(counts.sequences).toBe(2);
  });

  test("an order without a table is refused with the choices", async () => {
    await expect(count(6)).rejects.toThrow("countNgrams: expected an order from 1 to 5, got 6");
    await expect(count(0)).rejects.toThrow(RangeError);
    await expect(count(1.5)).rejects.toThrow(RangeError);
    const counts = await count(2);
    expect(() => ngramBaseline(counts, 3)).toThrow(/from 1 to 2.*got 3; count with a higher order/);
  });
});

describe("probabilities", () => {
  test("equal those of a recursion over the text itself, for every order and context", async () => {
    const baseline = ngramBaseline(await count(4));
    const reference = new NgramReference(training, baseline.strengths);
    const contexts = ["", "A", "AC", "ACD", "CCC", "WWW", "GACD", "AXC", "X", "CX"];
    for (const context of [...contexts, ...contexts.map((text) => `^${text}`)]) {
      const residues = encodeSequence(context.replace("^", ""));
      const tokens = context.startsWith("^") ? [TOKEN.bos, ...residues] : residues;
      const probabilities = baseline.probabilities(tokens);
      for (const [id, residue] of [...STANDARD_RESIDUES].entries()) {
        const expected = reference.probability(context, residue, 4);
        expect(Math.abs((probabilities[id] as number) / expected - 1)).toBeLessThan(1e-12);
      }
    }
  });

  test("are positive and sum to 1 after any context", async () => {
    const baseline = ngramBaseline(await count(5));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 28 }), { maxLength: 8 }), (context) => {
        const probabilities = baseline.probabilities(context);
        expect(probabilities).toHaveLength(20);
        expect(Math.min(...probabilities)).toBeGreaterThan(0);
        expect(probabilities.reduce((total, p) => total + p, 0)).toBeCloseTo(1, 12);
      }),
      { seed: 1 },
    );
  });

  test("of order 1 without any residue to learn from are 1/20", async () => {
    const counts = await countNgrams(sourceOf(["XX"]), { order: 2 });
    expect([...ngramBaseline(counts).probabilities([0])]).toEqual(
      Array.from({ length: 20 }, () => expect.closeTo(1 / 20, 14)),
    );
  });
});

describe("strengths", () => {
  test("make the training text most probable when each residue is predicted from all the others", async () => {
    const { strengths } = ngramBaseline(await count(3));
    const likelihood = (changed: readonly number[], order: number) =>
      new NgramReference(training, changed).leftOutLogProb(order);
    for (const order of [1, 2, 3]) {
      const best = likelihood(strengths, order);
      for (const factor of [0.8, 1.25]) {
        const changed = strengths.map((s, n) => (n === order - 1 ? s * factor : s));
        expect(likelihood(changed, order)).toBeLessThan(best);
      }
    }
  });

  test("of text whose residues depend on nothing leave the higher orders without a say", async () => {
    const stream = createStream(randomKey(4));
    const text = Array.from({ length: 20_000 }, () => STANDARD_RESIDUES[stream.integer(20)]);
    const baseline = ngramBaseline(await countNgrams(sourceOf([text.join("")]), { order: 3 }));
    for (const probability of baseline.probabilities([3, 5])) {
      expect(Math.abs(probability * 20 - 1)).toBeLessThan(0.1);
    }
  });
});

describe("score", () => {
  test("is the sum over standard residues, each after those before it in its sequence", async () => {
    const baseline = ngramBaseline(await count(3));
    const reference = new NgramReference(training, baseline.strengths);
    const scored = [...drawSequences(2, 30, "validation"), "A", "XX"];
    const { lossSum, weightSum, correctSum, loss, perplexity, accuracy } = await baseline.score(
      sourceOf(scored),
    );
    const expected = reference.score(scored, 3);
    expect(Math.abs(lossSum / expected.lossSum - 1)).toBeLessThan(1e-12);
    expect([weightSum, correctSum]).toEqual([expected.weightSum, expected.correctSum]);
    expect(loss).toBeCloseTo(lossSum / weightSum, 14);
    expect(perplexity).toBeCloseTo(Math.exp(loss), 12);
    expect(accuracy).toBeCloseTo(correctSum / weightSum, 14);
  });

  test("nothing to score is an error that asks whether the file is empty", async () => {
    const baseline = ngramBaseline(await count(2));
    await expect(baseline.score(sourceOf(["X"]))).rejects.toThrow(/is the file empty\?/);
  });
});
