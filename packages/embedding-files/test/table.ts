/** A small table with every kind of identifier that breaks file formats, in two batches. */
import { widenHalf } from "@performer/checkpoint";
import {
  addTotals,
  allocateBatch,
  createLayout,
  type EmbeddingBatch,
  type EmbeddingLayout,
  type LayoutOptions,
  NO_TOTALS,
  type RowHead,
  setVectors,
  totalsOfRow,
} from "@performer/embedding-files";

const EMBEDDING_SIZE = 3;

/** Duplicates, slashes, a path, letters beyond ASCII and the BMP, an empty one, a very long one. */
const IDS = [
  ...["a", "a", "x/y", "../../etc", "/", "é", "蛋白质", "🧬", "", "."],
  "L".repeat(70_000),
];

export const HEADS: readonly RowHead[] = IDS.map((id, row) => ({
  record: 3 * row + 2,
  id,
  accession: `${id}|${row % 2}`,
  length: 1 + (row % 4),
}));

export const TOTALS = HEADS.map(totalsOfRow).reduce(addTotals, NO_TOTALS);

export function tableLayout(options: Partial<LayoutOptions> = {}): EmbeddingLayout {
  return createLayout({
    embeddingSize: EMBEDDING_SIZE,
    dtype: "f32",
    layers: null,
    mean: true,
    perResidue: true,
    ...options,
  });
}

/** float32 values that differ everywhere and are no binary16. */
const valueAt = (column: number, row: number, place: number) =>
  Math.fround(Math.sin(1 + column + 7 * row + 0.1 * place));

export function tableBatches(layout: EmbeddingLayout): EmbeddingBatch[] {
  return [HEADS.slice(0, 4), HEADS.slice(4)].map((heads) => {
    const batch = allocateBatch(layout, heads);
    for (const [column, { per }] of layout.columns.entries()) {
      let at = 0;
      for (const { record, length } of heads) {
        const size = (per === "sequence" ? 1 : length) * EMBEDDING_SIZE;
        const values = Float32Array.from({ length: size }, (_, i) => valueAt(column, record, i));
        setVectors(batch.vectors[column]!, values, at);
        at += size;
      }
    }
    return batch;
  });
}

/** What a reader should find: a list a protein of every column, numbers as they are stored. */
export function tableRows(layout: EmbeddingLayout) {
  return tableBatches(layout).flatMap(({ heads, vectors }) => {
    let residue = 0;
    return heads.map((head, row) => {
      const cells = layout.columns.map(({ name, per }, column) => {
        const [start, count] = per === "sequence" ? [row, 1] : [residue, head.length];
        const values = vectors[column]!.subarray(
          start * EMBEDDING_SIZE,
          (start + count) * EMBEDDING_SIZE,
        );
        const numbers =
          values instanceof Float32Array ? [...values] : Array.from(values, widenHalf);
        return [name, numbers];
      });
      residue += head.length;
      return { ...head, ...Object.fromEntries(cells) };
    });
  });
}
