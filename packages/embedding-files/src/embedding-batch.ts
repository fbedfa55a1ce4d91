/** Some rows of the table in memory, column by column: what parts and formats hand to one another. */
import { narrowHalf } from "@performer/checkpoint";
import { type EmbeddingLayout, type RowHead, vectorsOf } from "./layout.ts";

/** float32 values, or the bits of binary16. */
export type Values = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

export interface EmbeddingBatch {
  readonly heads: readonly RowHead[];
  /** A column of the layout each, row-major: [rows × E], or [residues of all rows × E]. */
  readonly vectors: readonly Values[];
}

/** Space for the vectors of `heads`, filled by `setVectors`. */
export function allocateBatch(layout: EmbeddingLayout, heads: readonly RowHead[]): EmbeddingBatch {
  const residues = heads.reduce((sum, { length }) => sum + length, 0);
  const counts = { rows: heads.length, residues };
  const vectors = layout.columns.map((column) => {
    const size = vectorsOf(column, counts) * layout.embeddingSize;
    return layout.dtype === "f16" ? new Uint16Array(size) : new Float32Array(size);
  });
  return { heads, vectors };
}

/** First vector of each row in a column of residues, and behind the last row their number. */
export function residueOffsets(heads: readonly RowHead[]): number[] {
  const offsets = [0];
  for (const { length } of heads) offsets.push((offsets.at(-1) ?? 0) + length);
  return offsets;
}

/** Puts float32 values at `at` of a column, rounded where it holds binary16. */
export function setVectors(target: Values, values: Float32Array, at: number): void {
  if (target instanceof Float32Array) target.set(values, at);
  else for (let i = 0; i < values.length; i++) target[at + i] = narrowHalf(values[i] as number);
}

/** Rows of batches one after another, until there are enough for a batch of another size. */
export interface RowCollector {
  /** Bytes of the vectors so far. */
  readonly bytes: number;
  readonly rows: number;
  /** @param row of `batch`; @param offset first vector of that row in columns of residues. */
  add(batch: EmbeddingBatch, row: number, offset: number): void;
  /** All rows so far, which are then forgotten. */
  take(): EmbeddingBatch;
}

export function collectRows(layout: EmbeddingLayout): RowCollector {
  const { embeddingSize: E, columns } = layout;
  let heads: RowHead[] = [];
  let pieces: Values[][] = columns.map(() => []);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    get rows() {
      return heads.length;
    },
    add(batch, row, offset) {
      const head = batch.heads[row] as RowHead;
      heads.push(head);
      for (const [column, { per }] of columns.entries()) {
        const values = batch.vectors[column] as Values;
        const piece =
          per === "sequence"
            ? values.subarray(row * E, (row + 1) * E)
            : values.subarray(offset * E, (offset + head.length) * E);
        pieces[column]?.push(piece);
        bytes += piece.byteLength;
      }
    },
    take() {
      const batch = allocateBatch(layout, heads);
      for (const [column, target] of batch.vectors.entries()) {
        let at = 0;
        for (const piece of pieces[column] ?? []) {
          target.set(piece, at);
          at += piece.length;
        }
      }
      heads = [];
      pieces = columns.map(() => []);
      bytes = 0;
      return batch;
    },
  };
}

/** Vectors of a batch where nothing else is said: few record batches and row groups, little memory. */
export const BATCH_BYTES = 4_194_304;

/** The same rows in batches of about `targetBytes` of vectors: few, but never much memory. */
export async function* rebatch(
  layout: EmbeddingLayout,
  batches: AsyncIterable<EmbeddingBatch>,
  targetBytes = BATCH_BYTES,
): AsyncGenerator<EmbeddingBatch> {
  const collector = collectRows(layout);
  for await (const batch of batches) {
    const offsets = residueOffsets(batch.heads);
    for (const row of batch.heads.keys()) {
      collector.add(batch, row, offsets[row] as number);
      if (collector.bytes >= targetBytes) yield collector.take();
    }
  }
  if (collector.rows > 0) yield collector.take();
}
