/**
 * Mantel's permutation test (1967): do two matrices over the same objects agree more than chance?
 * The 190 pairs of 20 residues are not independent, so the usual p of a correlation would be far too
 * small; permuting the residues keeps the dependence.
 */
import { createStream, type RandomKey } from "@performer/random";
import { pearson } from "./correlation.ts";
import { pairValues, type SquareMatrix } from "./symmetric-pairs.ts";

export interface MantelOptions {
  readonly key: RandomKey;
  /** 9999 without: p no finer than 1e-4. */
  readonly permutations?: number;
  /** `pearson` without. */
  readonly correlation?: (first: readonly number[], second: readonly number[]) => number | null;
}

export interface MantelResult {
  readonly correlation: number;
  /** One-sided: share of permutations, the observed one included, that agree at least as much. */
  readonly p: number;
  /** Standard deviation of the correlation under permutation. */
  readonly nullDeviation: number;
}

/**
 * Correlates the pairs a < b that both matrices define; null where that correlation is undefined.
 * Permutes the rows and columns of `second`, which should be the fully defined one.
 * @throws {RangeError} where the matrices differ in size or `permutations` is no positive integer.
 */
export function mantelTest(
  first: SquareMatrix,
  second: SquareMatrix,
  options: MantelOptions,
): MantelResult | null {
  const { key, permutations = 9999, correlation = pearson } = options;
  if (!(Number.isInteger(permutations) && permutations > 0)) {
    throw new RangeError(`mantelTest: expected a positive integer, got ${permutations}`);
  }
  const correlate = (order?: ArrayLike<number>) => {
    const pairs = pairValues(first, second, order);
    return correlation(pairs.first, pairs.second);
  };
  const observed = correlate();
  if (observed === null) return null;

  const stream = createStream(key);
  const order = Uint32Array.from(first, (_, index) => index);
  // correlations that differ by rounding alone are equal: the identity must count as "at least as much"
  const bar = observed - 1e-12;
  let reached = 1;
  let defined = 0;
  let sum = 0;
  let sumOfSquares = 0;
  for (let i = 0; i < permutations; i++) {
    shuffle(order, (bound) => stream.integer(bound));
    const permuted = correlate(order);
    // a permutation without a correlation counts against the finding
    if (permuted === null || permuted >= bar) reached += 1;
    if (permuted === null) continue;
    defined += 1;
    sum += permuted;
    sumOfSquares += permuted * permuted;
  }
  const mean = defined > 0 ? sum / defined : 0;
  return {
    correlation: observed,
    p: reached / (permutations + 1),
    nullDeviation: defined > 0 ? Math.sqrt(Math.max(0, sumOfSquares / defined - mean * mean)) : 0,
  };
}

/** Fisher and Yates, in place. */
function shuffle(order: Uint32Array, draw: (bound: number) => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
}
