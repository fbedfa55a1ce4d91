import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  countResidues,
  empiricalBaseline,
  FastaError,
  type RecordSource,
  readFasta,
  STANDARD_RESIDUES,
} from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { describe, expect, test } from "vitest";
import { chunksOf, utf8 } from "./fasta-cases.ts";

const root = join(import.meta.dirname, "../../..");
const sourceOf =
  (text: string): RecordSource =>
  () =>
    readFasta(chunksOf(utf8(text)), { source: "a.fasta" });

describe("counts", () => {
  test("residues are counted under the residue policy", async () => {
    const counts = await countResidues(sourceOf(">a\nAaCX*\n>b\nJA-\n"));
    expect(counts).toMatchObject({ sequences: 2, residues: 6 });
    expect(counts.byResidue[0]).toBe(3);
    expect(counts.byResidue[23]).toBe(2); // X and J
  });

  test("a refused letter: an error with file, line, record and the policy that would read it", async () => {
    const source = sourceOf(">a\nAA\n>b two\nA1\n");
    const error = await countResidues(source).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FastaError);
    expect((error as FastaError).message).toMatch(
      /a\.fasta:3: record "b": .*got "1" at position 1.*lenient/,
    );
    expect((await countResidues(source, "lenient")).residues).toBe(4);
  });
});

describe("empirical baseline", () => {
  test("by hand: 2 A and 1 C, one added to each of 20, scored on A A C X", async () => {
    const baseline = empiricalBaseline(await countResidues(sourceOf(">a\nAAC\n")));
    const { lossSum, weightSum, correctSum, loss, perplexity, accuracy } = baseline.score(
      await countResidues(sourceOf(">b\nAACX\n")),
    );
    const expected = -(2 * Math.log(3 / 23) + Math.log(2 / 23));
    expect(lossSum).toBeCloseTo(expected, 12);
    expect([weightSum, correctSum]).toEqual([3, 2]);
    expect(loss).toBeCloseTo(expected / 3, 12);
    expect(perplexity).toBeCloseTo(Math.exp(expected / 3), 12);
    expect(accuracy).toBeCloseTo(2 / 3, 15);
  });

  test("probabilities of the standard residues sum to 1, and an unseen one has a finite loss", async () => {
    const baseline = empiricalBaseline(await countResidues(sourceOf(">a\nAX\n")));
    const total = baseline.logProbs.reduce((sum, logProb) => sum + Math.exp(logProb), 0);
    expect(total).toBeCloseTo(1, 12);
    expect(baseline.score(await countResidues(sourceOf(">b\nW\n"))).perplexity).toBeCloseTo(21, 10);
  });

  test("on the set it was fitted on, perplexity is exp of the entropy of the frequencies", async () => {
    const counts = await countResidues(
      createFileSource([join(root, "data/sample-train.fasta.gz")]),
    );
    const standard = counts.byResidue.slice(0, 20);
    const total = standard.reduce((a, b) => a + b);
    const entropy = -standard.reduce((sum, n) => sum + (n / total) * Math.log(n / total), 0);
    expect(counts).toMatchObject({ sequences: 1805, residues: 625_635 });
    expect(empiricalBaseline(counts).score(counts).perplexity).toBeCloseTo(Math.exp(entropy), 4);
  });

  test("the bundled sample: leucine, close to what the whole of UniRef50 gives", async () => {
    const baseline = empiricalBaseline(
      await countResidues(createFileSource([join(root, "data/sample-train.fasta.gz")])),
    );
    const score = baseline.score(
      await countResidues(createFileSource([join(root, "data/sample-valid.fasta.gz")])),
    );
    expect(STANDARD_RESIDUES[baseline.prediction]).toBe("L");
    expect(score.perplexity).toBeGreaterThan(17.5);
    expect(score.perplexity).toBeLessThan(18.5);
  });

  test("nothing to score is refused", async () => {
    const counts = await countResidues(sourceOf(">a\nXX\n"));
    expect(() => empiricalBaseline(counts).score(counts)).toThrow("at least one standard residue");
  });

  // the figures of the shared UniRef50 split, where a checkout has it; the bundled sample stands in elsewhere
  const shared = join(root, "../shared/data");
  if (existsSync(join(shared, "uniref50-train.fasta.gz"))) {
    test("UniRef50: 18.045 and 9.689 % on valid, 18.049 and 9.618 % on test", async () => {
      const count = (part: string) =>
        countResidues(createFileSource([join(shared, `uniref50-${part}.fasta.gz`)]));
      const baseline = empiricalBaseline(await count("train"));
      const rounded = async (part: string) => {
        const { perplexity, accuracy } = baseline.score(await count(part));
        return [perplexity.toFixed(3), (100 * accuracy).toFixed(3)];
      };
      expect(await rounded("valid")).toEqual(["18.045", "9.689"]);
      expect(await rounded("test")).toEqual(["18.049", "9.618"]);
    });
  }
});
