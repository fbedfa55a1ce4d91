/**
 * The n-gram baselines: predict a residue from the n - 1 before it. What a model of attention must
 * beat to have learnt more than which short runs are frequent.
 *
 * Interpolated by hierarchical Dirichlet priors (MacKay and Peto 1995, "A hierarchical Dirichlet
 * language model"): docs/math.md, eq. B1. Chosen over Kneser-Ney and Witten-Bell because contexts of
 * proteins all have the same 20 followers, so that discounts and follower counts say little; what
 * matters is one strength an order, which the training counts themselves determine (eq. B2).
 */
import type { Metrics } from "@performer/schema";
import { isStandardResidue, STANDARD_RESIDUES, TOKEN } from "./alphabet.ts";
import { encodeRecord } from "./encode-record.ts";
import type { ResiduePolicy } from "./encode-sequence.ts";
import type { RecordSource } from "./fasta-record.ts";
import { forEachRun, type NgramCounts, NUM_SYMBOLS, START_SYMBOL } from "./ngram-counts.ts";
import { fitStrength, smooth } from "./ngram-smoothing.ts";

export interface NgramBaseline {
  readonly order: number;
  /** Entry n - 1: residues of prior weight that order n - 1 has in order n. */
  readonly strengths: readonly number[];
  /**
   * [20] probabilities of what follows the token ids `context`, nearest last. Its last order - 1 count,
   * from a bos on where they hold one, and of them those after the last that is no standard residue.
   */
  probabilities(context: ArrayLike<number>): Float64Array;
  /** How well it predicts the standard residues of a set, each from those before it. */
  score(source: RecordSource, policy?: ResiduePolicy): Promise<Metrics>;
}

const V = STANDARD_RESIDUES.length;

/** @param order at most that of the counts; default theirs. */
export function ngramBaseline(counts: NgramCounts, order = counts.order): NgramBaseline {
  if (!Number.isInteger(order) || order < 1 || order > counts.order) {
    throw new RangeError(
      `ngramBaseline: expected an order from 1 to ${counts.order}, that of the counts, got ${order}; count with a higher order`,
    );
  }
  const strengths: number[] = [];
  const tables: Float64Array[] = [];
  // order 0: all alike
  let lower: Float64Array = new Float64Array(1).fill(1 / V);
  let lowerLeftOut = lower;
  for (const occurrences of counts.byLength.slice(0, order)) {
    const strength = fitStrength(occurrences, lowerLeftOut);
    lowerLeftOut = smooth(occurrences, lowerLeftOut, strength, 1);
    lower = smooth(occurrences, lower, strength, 0);
    strengths.push(strength);
    tables.push(lower);
  }
  const table = (length: number) => tables[length - 1] as Float64Array;
  return {
    order,
    strengths,
    probabilities(context) {
      const symbols = usableSymbols(context, order - 1);
      const index = symbols.reduce((sum, symbol) => sum * NUM_SYMBOLS + symbol, 0);
      const start = index * NUM_SYMBOLS;
      return table(symbols.length + 1).slice(start, start + V);
    },
    async score(source, policy = "strict") {
      let [lossSum, weightSum, correctSum] = [0, 0, 0];
      for await (const record of source()) {
        forEachRun(encodeRecord(record, policy), order, (length, index) => {
          const probabilities = table(length);
          lossSum -= Math.log(probabilities[index] as number);
          weightSum++;
          const start = index - (index % NUM_SYMBOLS);
          if (mostProbable(probabilities, start) === index) correctSum++;
        });
      }
      if (weightSum === 0) {
        throw new RangeError(
          "ngramBaseline: expected at least one standard residue to score, got none; is the file empty?",
        );
      }
      const loss = lossSum / weightSum;
      const accuracy = correctSum / weightSum;
      return { lossSum, weightSum, correctSum, loss, perplexity: Math.exp(loss), accuracy };
    },
  };
}

/** The last `most` symbols of a context, as far back as they can be used. */
function usableSymbols(context: ArrayLike<number>, most: number): number[] {
  const symbols: number[] = [];
  for (let i = context.length - 1; i >= 0 && symbols.length < most; i--) {
    const token = context[i] as number;
    if (token === TOKEN.bos) return [START_SYMBOL, ...symbols];
    if (!isStandardResidue(token)) break;
    symbols.unshift(token);
  }
  return symbols;
}

/** Index of the largest of the 20 entries from `start` on; of equal ones the first. */
function mostProbable(table: Float64Array, start: number): number {
  let best = start;
  for (let at = start + 1; at < start + V; at++) {
    if ((table[at] as number) > (table[best] as number)) best = at;
  }
  return best;
}
