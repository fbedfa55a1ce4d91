/**
 * Scores of what stands at each residue. A bidirectional model reads the whole sequence, the residue
 * itself included and not hidden; a causal one reads only the residues before it, whose last position
 * predicts it. Either way row i belongs to residue i.
 */
import type { PerformerModel } from "@performer/performer";
import {
  collateSequences,
  groupByLength,
  SPECIALS_PER_ROW,
  STANDARD_RESIDUES,
} from "@performer/proteins";
import { eagerEncoder, type TokenScorer } from "./encoder.ts";
import { createPacer } from "./pacer.ts";
import { assertLengths } from "./sequence-lengths.ts";

export interface LogitsOptions {
  /** Rows × padded length of one batch at most; a longer sequence goes alone. 8192 without. */
  readonly maxTokens?: number;
}

/**
 * Of each sequence [L × V] row-major, before the softmax, in the order of the input; they do not depend
 * on what shares the batch.
 * @param source a model, computed eagerly, or what computes its scores in another way.
 * @param sequences residue ids, without specials.
 * @throws {RangeError} naming the sequence that is empty or longer than the model takes.
 */
export async function sequenceLogits(
  source: PerformerModel | TokenScorer,
  sequences: readonly Uint8Array[],
  { maxTokens = 8192 }: LogitsOptions = {},
): Promise<Float32Array[]> {
  const scorer = "logits" in source ? source : eagerEncoder(source);
  const { maxLength, vocabularySize: V } = scorer.config;
  assertLengths("sequenceLogits", sequences, maxLength);
  const groups = groupByLength(
    sequences.map((sequence) => sequence.length + SPECIALS_PER_ROW),
    { maxTokens },
  );
  const results: Float32Array[] = new Array(sequences.length);
  const breathe = createPacer();
  for (const group of groups) {
    const rows = group.indices.map((index) => sequences[index] as Uint8Array);
    const length = Math.min(group.length, maxLength);
    const logits = await scorer.logits(collateSequences(rows, { length }));
    group.indices.forEach((index, row) => {
      const first = row * length + scoredPosition(scorer, 0);
      results[index] = logits.slice(first * V, (first + (rows[row]?.length ?? 0)) * V);
    });
    await breathe();
  }
  return results;
}

/** Position of a padded row whose scores are of residue `residue`. */
export function scoredPosition({ config }: TokenScorer, residue: number): number {
  switch (config.direction) {
    case "bidirectional":
      return residue + 1; // bos stands first
    case "causal":
      return residue; // the token before predicts it
    default:
      return config.direction satisfies never;
  }
}

/** [L × V] → the columns of the 20 standard residues, [L × 20]. */
export function standardLogits(logits: Float32Array, vocabularySize: number): Float32Array {
  const columns = STANDARD_RESIDUES.length;
  return Float32Array.from({ length: (logits.length / vocabularySize) * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    return logits[row * vocabularySize + (i % columns)] as number;
  });
}

/** log Σ exp of each row, [L × V] → [L]: a token's log probability is its logit less this, in nats. */
export function logSumExp(logits: Float32Array, vocabularySize: number): Float32Array {
  return Float32Array.from({ length: logits.length / vocabularySize }, (_, row) => {
    const scores = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
    const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    return largest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
  });
}
