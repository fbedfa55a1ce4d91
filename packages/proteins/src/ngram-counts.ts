/**
 * How often each run of 1 to `order` residues occurs: all that an n-gram baseline learns from. Where a
 * sequence starts is a symbol of its own, as a model sees bos. Dense tables of 21^n counts: order 5
 * takes 16 MB, order 6 would take 340 MB.
 */
import { isStandardResidue, STANDARD_RESIDUES } from "./alphabet.ts";
import { encodeRecord } from "./encode-record.ts";
import type { ResiduePolicy } from "./encode-sequence.ts";
import type { RecordSource } from "./fasta-record.ts";

/** Symbol of a sequence's start; the others are the ids of the standard residues. */
export const START_SYMBOL = STANDARD_RESIDUES.length;
export const NUM_SYMBOLS = STANDARD_RESIDUES.length + 1;

export interface NgramCounts {
  readonly order: number;
  /**
   * Entry n - 1 is [21^n]: occurrences of the symbols a_1 … a_n, at index Σ a_i 21^(n - i). So the last
   * symbol varies fastest, and the index modulo 21^m is that of the last m symbols. Runs that end with
   * the start are not counted: nothing predicts it.
   */
  readonly byLength: readonly Uint32Array[];
  readonly sequences: number;
}

/** Symbols of the longest run that is counted. */
export const MAX_NGRAM_ORDER = 5;

export interface CountNgramsOptions {
  /** 1 to `MAX_NGRAM_ORDER`. */
  readonly order: number;
  /** Default "strict". */
  readonly policy?: ResiduePolicy;
}

/**
 * Counts over a whole source. A run lies within one sequence, its start included, and holds standard
 * residues alone: B, O, U, X or Z ends it.
 * @throws {RangeError} where the order is none that can be counted. @throws {FastaError}
 */
export async function countNgrams(
  source: RecordSource,
  { order, policy = "strict" }: CountNgramsOptions,
): Promise<NgramCounts> {
  if (!Number.isInteger(order) || order < 1 || order > MAX_NGRAM_ORDER) {
    throw new RangeError(
      `countNgrams: expected an order from 1 to ${MAX_NGRAM_ORDER}, got ${order}; the table of order n holds 21^n counts`,
    );
  }
  const byLength = Array.from({ length: order }, (_, n) => new Uint32Array(NUM_SYMBOLS ** (n + 1)));
  let sequences = 0;
  for await (const record of source()) {
    sequences++;
    forEachRun(encodeRecord(record, policy), order, (length, index) => {
      byLength[length - 1]![index]!++;
    });
  }
  // so far each residue was counted once, with all that counts before it
  for (let n = order; n > 1; n--) addSuffixes(byLength[n - 1]!, byLength[n - 2]!);
  return { order, byLength, sequences };
}

/**
 * Calls `visit` for each standard residue of a sequence with the longest run, `order` symbols at most,
 * that ends with it, and the run's index in the table of its length.
 */
export function forEachRun(
  residues: Uint8Array,
  order: number,
  visit: (length: number, index: number) => void,
): void {
  const size = NUM_SYMBOLS ** order;
  let length = 1;
  let index = START_SYMBOL;
  for (const id of residues) {
    if (isStandardResidue(id)) {
      length = Math.min(length + 1, order);
      index = (index * NUM_SYMBOLS + id) % size;
      visit(length, index);
    } else {
      length = 0;
      index = 0;
    }
  }
}

/** Every run of n symbols is also a run of n - 1. */
function addSuffixes(longer: Uint32Array, shorter: Uint32Array): void {
  for (let index = 0; index < longer.length; index++) {
    shorter[index % shorter.length]! += longer[index]!;
  }
}
