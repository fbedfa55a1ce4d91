/** Batches for inference: sequences of residue ids to padded tokens, nothing masked, nothing cut. */
import { TOKEN } from "./alphabet.ts";
import { bucketLength } from "./length-buckets.ts";

export interface CollatedSequences {
  /** [B * L] `bos residues eos`, then pads. */
  readonly tokens: Int32Array;
  /** [B * L] 1 where the token takes part, 0 at pads. */
  readonly paddingMask: Float32Array;
  /** B */
  readonly rows: number;
  /** L */
  readonly length: number;
}

/** bos and eos */
export const SPECIALS_PER_ROW = 2;

/**
 * One row a sequence.
 * @param options.length L; default the bucket of the longest sequence.
 * @throws {RangeError} where a sequence with its specials does not fit: nothing is cut silently.
 */
export function collateSequences(
  sequences: readonly Uint8Array[],
  options: { readonly length?: number } = {},
): CollatedSequences {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const length = options.length ?? bucketLength(longest + SPECIALS_PER_ROW);
  if (longest + SPECIALS_PER_ROW > length) {
    throw new RangeError(
      `collateSequences: expected at most ${length - SPECIALS_PER_ROW} residues a sequence, got ${longest}; cut it into windows or raise the length`,
    );
  }
  const tokens = new Int32Array(sequences.length * length).fill(TOKEN.pad);
  const paddingMask = new Float32Array(tokens.length);
  for (const [row, residues] of sequences.entries()) {
    const offset = row * length;
    tokens[offset] = TOKEN.bos;
    tokens.set(residues, offset + 1);
    tokens[offset + residues.length + 1] = TOKEN.eos;
    paddingMask.fill(1, offset, offset + residues.length + SPECIALS_PER_ROW);
  }
  return { tokens, paddingMask, rows: sequences.length, length };
}
