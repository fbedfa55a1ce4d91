/**
 * Rows as JSON lines: what `performer embed` prints, and the fifth format of a file. Vectors of residues
 * are a list a residue; every float32 is written exactly.
 */
import { encodeMatrix, encodeNumbers } from "@performer/api";
import { widenHalf } from "@performer/checkpoint";
import {
  type EmbeddingBatch,
  type EmbeddingLayout,
  residueOffsets,
  type Values,
  type WriteEmbeddings,
} from "@performer/embedding-files";
import { writeText } from "../write-text.ts";

/** {"accession": …, "length": …} and the columns, a line a row. */
export function* embeddingLines(
  { columns, embeddingSize: E }: EmbeddingLayout,
  { heads, vectors }: EmbeddingBatch,
): Generator<string> {
  const offsets = residueOffsets(heads);
  for (const [row, { accession, length }] of heads.entries()) {
    const cells = columns.map(({ name, per }, column) => {
      const values = vectors[column] as Values;
      const [start, end] =
        per === "sequence" ? [row, row + 1] : [offsets[row] as number, offsets[row + 1] as number];
      const numbers = toFloats(values.subarray(start * E, end * E));
      const text = per === "sequence" ? encodeNumbers(numbers) : encodeMatrix(numbers, E);
      return `,${JSON.stringify(name)}:${text}`;
    });
    yield `{"accession":${JSON.stringify(accession)},"length":${length}${cells.join("")}}\n`;
  }
}

export const writeJsonLines: WriteEmbeddings = async ({ path, layout, batches }) => {
  const lines = async function* () {
    for await (const batch of batches()) yield* embeddingLines(layout, batch);
  };
  await writeText(lines(), path);
};

const toFloats = (values: Values): Float32Array =>
  values instanceof Float32Array ? values : Float32Array.from(values, widenHalf);
