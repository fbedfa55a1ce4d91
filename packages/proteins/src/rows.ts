/**
 * Encoded sequences to rows of tokens. Two layouts:
 *
 * - pad: one sequence a row, `bos residues eos`. A sequence that does not fit is cropped (training)
 *   or cut into windows that cover each residue once (evaluation), every piece with its bos and eos.
 * - concatenate: `bos sequence eos sequence eos …` cut into full rows; the end of an epoch is padded.
 *
 * Rows have no pads yet: `targets.ts` writes them into a batch.
 */
import { TOKEN } from "./alphabet.ts";

export interface Row {
  /** Token ids, specials included, at most the row length. */
  readonly tokens: Uint8Array;
  /** Whether the last token is an eos that the cut put there: no end of a sequence, so never a target. */
  readonly endsInCut: boolean;
}

/** One row a sequence; `chooseStart(spare, row)` says how many of the `spare` residues to skip. */
export async function* cropRows(
  sequences: AsyncIterable<Uint8Array>,
  rowLength: number,
  chooseStart: (spare: number, row: number) => number,
): AsyncGenerator<Row> {
  const capacity = rowLength - 2;
  let row = 0;
  for await (const residues of sequences) {
    const spare = Math.max(0, residues.length - capacity);
    const start = spare > 0 ? chooseStart(spare, row) : 0;
    yield frame(residues, start, Math.min(residues.length, start + capacity));
    row++;
  }
}

/** As many rows a sequence as it needs, of nearly equal length, so that no residue lacks context. */
export async function* windowRows(
  sequences: AsyncIterable<Uint8Array>,
  rowLength: number,
): AsyncGenerator<Row> {
  const capacity = rowLength - 2;
  for await (const residues of sequences) {
    const windows = Math.ceil(residues.length / capacity);
    for (let window = 0; window < windows; window++) {
      const start = Math.floor((window * residues.length) / windows);
      const end = Math.floor(((window + 1) * residues.length) / windows);
      yield frame(residues, start, end);
    }
  }
}

/**
 * Full rows of the joined stream, then a last short one.
 * @param overlap tokens that a row repeats of the one before: 1 where rows are inputs and targets
 *   at once (causal), so that each token is a target once.
 */
export async function* concatenatedRows(
  sequences: AsyncIterable<Uint8Array>,
  rowLength: number,
  overlap: 0 | 1,
): AsyncGenerator<Row> {
  const open = new Uint8Array(rowLength);
  open[0] = TOKEN.bos;
  let filled = 1;
  let repeated = 1; // tokens at the front that are no news: bos, then the overlap
  for await (const residues of sequences) {
    for (let taken = 0; taken <= residues.length; ) {
      const piece = residues.subarray(taken, taken + rowLength - filled);
      open.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      if (taken === residues.length && filled < rowLength) {
        open[filled++] = TOKEN.eos;
        taken++;
      }
      if (filled === rowLength) {
        yield { tokens: open.slice(), endsInCut: false };
        open.copyWithin(0, rowLength - overlap);
        filled = overlap;
        repeated = overlap;
      }
    }
  }
  if (filled > repeated) yield { tokens: open.slice(0, filled), endsInCut: false };
}

function frame(residues: Uint8Array, start: number, end: number): Row {
  const tokens = new Uint8Array(end - start + 2);
  tokens[0] = TOKEN.bos;
  tokens.set(residues.subarray(start, end), 1);
  tokens[tokens.length - 1] = TOKEN.eos;
  return { tokens, endsInCut: end < residues.length };
}
