/**
 * The empirical baseline (paper, App. C): predict every residue by its frequency in the training
 * set. A model that has learnt anything is better. Scored positions: the 20 standard residues.
 */
import type { Metrics } from "@performer/schema";
import { RESIDUES, STANDARD_RESIDUES } from "./alphabet.ts";
import { encodeRecord } from "./encode-record.ts";
import type { ResiduePolicy } from "./encode-sequence.ts";
import type { RecordSource } from "./fasta-record.ts";

export interface ResidueCounts {
  /** [25] occurrences of each residue id. */
  readonly byResidue: readonly number[];
  readonly sequences: number;
  /** Sum of `byResidue`. */
  readonly residues: number;
}

/** Counts the residues of a whole source. @throws {FastaError} */
export async function countResidues(
  source: RecordSource,
  policy: ResiduePolicy = "strict",
): Promise<ResidueCounts> {
  const byResidue = new Array<number>(RESIDUES.length).fill(0);
  let sequences = 0;
  let residues = 0;
  for await (const record of source()) {
    const ids = encodeRecord(record, policy);
    for (const id of ids) byResidue[id]!++;
    sequences++;
    residues += ids.length;
  }
  return { byResidue, sequences, residues };
}

export interface EmpiricalBaseline {
  /** [20] nats, of each standard residue. */
  readonly logProbs: readonly number[];
  /** Id of the residue that it always predicts. */
  readonly prediction: number;
  /** How well it predicts the standard residues of another set, of which the counts say all. */
  score(counts: ResidueCounts): Metrics;
}

/** Frequencies with one added to each count, so that an unseen residue costs a finite loss. */
export function empiricalBaseline(fitted: ResidueCounts): EmpiricalBaseline {
  const standard = standardCounts(fitted);
  const total = sum(standard) + STANDARD_RESIDUES.length;
  const logProbs = standard.map((count) => Math.log((count + 1) / total));
  const prediction = standard.indexOf(Math.max(...standard));
  return {
    logProbs,
    prediction,
    score(scored) {
      const counts = standardCounts(scored);
      const weightSum = sum(counts);
      if (weightSum === 0) {
        throw new RangeError(
          "empiricalBaseline: expected at least one standard residue to score, got none; is the file empty?",
        );
      }
      const lossSum = -sum(counts.map((count, id) => count * logProbs[id]!));
      const correctSum = counts[prediction]!;
      const loss = lossSum / weightSum;
      const accuracy = correctSum / weightSum;
      return { lossSum, weightSum, correctSum, loss, perplexity: Math.exp(loss), accuracy };
    },
  };
}

function standardCounts({ byResidue }: ResidueCounts): number[] {
  return byResidue.slice(0, STANDARD_RESIDUES.length);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
