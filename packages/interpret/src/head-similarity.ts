/**
 * Similarity of amino acids from the attention they receive: two residues are alike where the heads
 * that look at one look at the other (Vig et al. 2020). Pure arithmetic on collected sums.
 */
import { STANDARD_RESIDUES } from "@performer/proteins";
import { type ReceivedAttention, SUMS_PER_HEAD } from "./received-attention.ts";
import { standardize } from "./statistics/correlation.ts";

/** Σ w that a head needs over all sequences, else its shares are noise (Vig et al. keep 100). */
const MIN_HEAD_WEIGHT = 100;

/** Two heads always correlate by exactly ±1. */
const MIN_HEADS = 3;

export interface HeadSimilarity {
  /** 20 × 20 in the order of STANDARD_RESIDUES; null on the diagonal and where undefined. */
  readonly similarity: (number | null)[][];
  readonly headsKept: number;
}

/**
 * S(a, b): Pearson's r over the kept heads of p(a) and p(b), where p(a) is the share of a head's
 * attention that residue a receives.
 * @param weights how often each sequence counts; once without.
 */
export function headSimilarity(
  { heads, sums }: ReceivedAttention,
  weights?: ArrayLike<number>,
): HeadSimilarity {
  const totals = new Float64Array(heads * SUMS_PER_HEAD);
  sums.forEach((sequence, index) => {
    const weight = weights?.[index] ?? 1;
    if (weight === 0) return;
    for (let i = 0; i < totals.length; i++) {
      totals[i] = (totals[i] as number) + weight * (sequence[i] as number);
    }
  });

  const kept = Array.from({ length: heads }, (_, head) =>
    totals.subarray(head * SUMS_PER_HEAD, (head + 1) * SUMS_PER_HEAD),
  ).filter((head) => (head[SUMS_PER_HEAD - 1] as number) >= MIN_HEAD_WEIGHT);

  const columns = Array.from(STANDARD_RESIDUES, (_, residue) =>
    kept.length < MIN_HEADS
      ? null
      : standardize(
          kept.map((head) => (head[residue] as number) / (head[SUMS_PER_HEAD - 1] as number)),
        ),
  );
  const similarity = columns.map((first, a) =>
    columns.map((second, b) => (a === b || !first || !second ? null : dot(first, second))),
  );
  return { similarity, headsKept: kept.length };
}

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < first.length; i++) sum += (first[i] as number) * (second[i] as number);
  return Math.min(1, Math.max(-1, sum));
}
