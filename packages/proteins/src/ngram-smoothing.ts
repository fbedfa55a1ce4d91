/** One level of the hierarchy of an n-gram baseline: its probabilities, and the strength of its prior. */
import { STANDARD_RESIDUES } from "./alphabet.ts";
import { NUM_SYMBOLS } from "./ngram-counts.ts";

/** What can follow; the start symbol cannot. */
const V = STANDARD_RESIDUES.length;

/**
 * Probabilities of order n from its counts [21^n] and the probabilities of order n - 1 [21^(n - 1)]
 * (docs/math.md, eq. B1). With `leftOut` 1 each entry is what the other occurrences say of it, and 0
 * where there is none: the probabilities of eq. B2.
 */
export function smooth(
  counts: Uint32Array,
  lower: Float64Array,
  strength: number,
  leftOut: 0 | 1,
): Float64Array {
  const probabilities = new Float64Array(counts.length);
  for (let start = 0; start < counts.length; start += NUM_SYMBOLS) {
    const total = sum(counts, start) - leftOut + strength;
    for (let at = start; at < start + V; at++) {
      const count = (counts[at] as number) - leftOut;
      if (count < 0) continue;
      const prior = strength * (lower[at % lower.length] as number);
      probabilities[at] = (count + prior) / total;
    }
  }
  return probabilities;
}

/** Of the natural logarithm of the strength: no prior worth a residue, to no notice taken of counts. */
const [LEAST, MOST] = [Math.log(1e-2), Math.log(1e9)];
/** The likelihood is flat at its top: 1 % in the strength changes it by parts of a million. */
const TOLERANCE = 0.01;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The strength under which the training set is most probable when each residue is predicted by all the
 * others (docs/math.md, eq. B2), by golden section. @param lower of order n - 1, with one left out.
 */
export function fitStrength(counts: Uint32Array, lower: Float64Array): number {
  const score = (logStrength: number) => leftOutLogProb(counts, lower, Math.exp(logStrength));
  let [low, high] = [LEAST, MOST];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [leftScore, rightScore] = [score(left), score(right)];
  while (high - low > TOLERANCE) {
    if (leftScore > rightScore) {
      [high, right, rightScore] = [right, left, leftScore];
      left = high - GOLDEN * (high - low);
      leftScore = score(left);
    } else {
      [low, left, leftScore] = [left, right, rightScore];
      right = low + GOLDEN * (high - low);
      rightScore = score(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** Σ over occurrences of the log of the probability that the others give it, nats. */
function leftOutLogProb(counts: Uint32Array, lower: Float64Array, strength: number): number {
  let total = 0;
  for (let start = 0; start < counts.length; start += NUM_SYMBOLS) {
    const others = sum(counts, start) - 1;
    if (others < 0) continue;
    for (let at = start; at < start + V; at++) {
      const count = counts[at] as number;
      if (count === 0) continue;
      const prior = strength * (lower[at % lower.length] as number);
      total += count * Math.log((count - 1 + prior) / (others + strength));
    }
  }
  return total;
}

/** Occurrences of a context: its 20 entries from `start` on. */
function sum(counts: Uint32Array, start: number): number {
  let total = 0;
  for (let at = start; at < start + V; at++) total += counts[at] as number;
  return total;
}
