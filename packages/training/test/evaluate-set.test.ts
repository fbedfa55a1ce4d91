import {
  countNgrams,
  countResidues,
  empiricalBaseline,
  encodeSequence,
  ngramBaseline,
  type RecordSource,
  type TrainingBatch,
} from "@performer/proteins";
import { DataConfig, MaskingConfig } from "@performer/schema";
import { describe, expect, test } from "vitest";
import { type EvaluateSetOptions, evaluateSet } from "../src/evaluation/evaluate-set.ts";
import { sequenceParts } from "../src/evaluation/sequence-parts.ts";

const SEQUENCES = {
  P1: "MKTAYIAKQRQISFVKSHFSRQ",
  P2: "GGHHLPVFWX",
  P3: "ACDEFGHIKLMNPQRSTVWY",
  P4: "MMMMKKKAAX",
} as const;
type Accession = keyof typeof SEQUENCES;
const ALL = Object.keys(SEQUENCES) as Accession[];

const sourceOf = (accessions: readonly Accession[]): RecordSource =>
  async function* () {
    for (const [line, accession] of accessions.entries()) {
      const sequence = new TextEncoder().encode(SEQUENCES[accession]);
      yield { header: `UniRef50_${accession} name n=1`, sequence, source: "a.fasta", line };
    }
  };

/** A stand-in for a model: its loss and its hits depend on the target alone, so sums can be foretold. */
const lossOf = (target: number) => Math.log(target + 2);
const isHit = (target: number) => target % 3 === 0;
async function evaluate({ targets, scoreMask }: TrainingBatch) {
  let [lossSum, weightSum, correctSum] = [0, 0, 0];
  for (const [i, target] of targets.entries()) {
    if (scoreMask[i] === 0) continue;
    lossSum += lossOf(target);
    weightSum += 1;
    correctSum += isHit(target) ? 1 : 0;
  }
  return { lossSum, weightSum, correctSum };
}

/** With every standard residue hidden, each is scored once, whatever the draw. */
const HIDE_ALL = MaskingConfig.parse({ fraction: 1 });

async function options(given: Partial<EvaluateSetOptions> = {}): Promise<EvaluateSetOptions> {
  const counts = await countNgrams(sourceOf(["P3", "P1"]), { order: 2 });
  return {
    evaluate,
    name: "a.fasta",
    source: sourceOf(ALL),
    data: DataConfig.parse({ sequenceLength: 16, batchSize: 3 }),
    masking: HIDE_ALL,
    direction: "bidirectional",
    baselines: [ngramBaseline(counts, 1), ngramBaseline(counts, 2)],
    seeds: [0],
    ...given,
  };
}

function foretold(accessions: readonly Accession[]) {
  const residues = accessions
    .flatMap((accession) => [...encodeSequence(SEQUENCES[accession])])
    .filter((id) => id < 20);
  const loss = residues.reduce((sum, id) => sum + lossOf(id), 0) / residues.length;
  return {
    positions: residues.length,
    perplexity: Math.exp(loss),
    accuracy: residues.filter(isHit).length / residues.length,
  };
}

describe("evaluateSet", () => {
  test("every part is scored over its own sequences, overlapping ones included, and all over all", async () => {
    const table = "accession\tx\nP1\t1\nP2\t2\nP4\t4\n";
    const parts = sequenceParts(table, "t.tsv", ["x >= 2", "x <= 2"]);
    const evaluated = await evaluateSet(await options({ parts }));
    const expected: [string, Accession[]][] = [
      ["all", ALL],
      ["x >= 2", ["P2", "P4"]],
      ["x <= 2", ["P1", "P2"]],
    ];
    expect(evaluated.map(({ name }) => name)).toEqual(expected.map(([name]) => name));
    for (const [i, [, accessions]] of expected.entries()) {
      const { sequences, model, baselines } = evaluated[i] as (typeof evaluated)[number];
      const { positions, perplexity, accuracy } = foretold(accessions);
      expect(sequences).toBe(accessions.length);
      expect(model.draws.map(({ weightSum }) => weightSum)).toEqual([positions]);
      expect(model.perplexity.mean).toBeCloseTo(perplexity, 10);
      expect(model.accuracy.mean).toBeCloseTo(accuracy, 12);
      expect(model.perplexity.deviation).toBeNull();
      const given = await options();
      for (const [n, baseline] of given.baselines.entries()) {
        const alone = await baseline.score(sourceOf(accessions));
        expect(baselines[n]?.perplexity).toBeCloseTo(alone.perplexity, 10);
        expect(baselines[n]?.weightSum).toBe(positions);
      }
    }
  });

  test("the unigram baseline is the empirical one but for its prior", async () => {
    const [whole] = await evaluateSet(await options());
    const fitted = empiricalBaseline(await countResidues(sourceOf(["P3", "P1"])));
    const empirical = fitted.score(await countResidues(sourceOf(ALL)));
    expect(whole?.baselines[0]?.weightSum).toBe(empirical.weightSum);
    expect(whole?.baselines[0]?.accuracy).toBe(empirical.accuracy);
  });

  test("draws hide other positions; their sums are pooled, and the spread is theirs", async () => {
    const masking = MaskingConfig.parse({ fraction: 0.2 });
    const drawn: number[] = [];
    const onDraw = (draw: number) => drawn.push(draw);
    const [whole] = await evaluateSet(await options({ masking, seeds: [4, 5, 6], onDraw }));
    const draws = whole?.model.draws ?? [];
    expect(drawn).toEqual([0, 1, 2]);
    expect(new Set(draws.map(({ lossSum }) => lossSum)).size).toBe(3);
    const total = (pick: (draw: (typeof draws)[number]) => number) =>
      draws.reduce((sum, draw) => sum + pick(draw), 0);
    const loss = total(({ lossSum }) => lossSum) / total(({ weightSum }) => weightSum);
    expect(whole?.model.perplexity.mean).toBeCloseTo(Math.exp(loss), 10);
    const [a, b, c] = draws.map(({ perplexity }) => perplexity) as [number, number, number];
    // of three numbers the variance is the sum of squared differences of pairs over 6
    const variance = ((a - b) ** 2 + (b - c) ** 2 + (a - c) ** 2) / 6;
    expect(whole?.model.perplexity.deviation).toBeCloseTo(Math.sqrt(variance), 10);
    const again = await evaluateSet(await options({ masking, seeds: [5] }));
    expect(again[0]?.model.draws).toEqual([draws[1]]);
  });

  test("a causal model is scored on every next token, the end and X included", async () => {
    const [whole] = await evaluateSet(
      await options({ direction: "causal", data: DataConfig.parse({ sequenceLength: 64 }) }),
    );
    const residues = Object.values(SEQUENCES).join("").length;
    expect(whole?.model.draws[0]?.weightSum).toBe(residues + ALL.length);
    expect(whole?.baselines[0]?.weightSum).toBe(residues - 2);
  });

  test("only the first batches of a part are scored where that is asked", async () => {
    const seen: number[] = [];
    const counting = (batch: TrainingBatch) => {
      seen.push(batch.rows);
      return evaluate(batch);
    };
    await evaluateSet(await options({ evaluate: counting, maxBatches: 1 }));
    expect(seen).toHaveLength(1);
  });

  test("a list of another set, and a part without standard residues, are told by name", async () => {
    const [other] = sequenceParts("accession\tx\nQ9\t1\n", "t.tsv");
    await expect(evaluateSet(await options({ parts: [other!] }))).rejects.toThrow(
      "sequences of a.fasta with listed, got none",
    );
    const source: RecordSource = async function* () {
      const sequence = new TextEncoder().encode("XXX");
      yield { header: "a", sequence, source: "x.fasta", line: 1 };
    };
    await expect(evaluateSet(await options({ source }))).rejects.toThrow(
      'scored positions in a.fasta, part "all", got none',
    );
  });
});
