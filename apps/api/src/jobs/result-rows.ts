/**
 * A result read back as the rows of a table. The lines name accessions alone, so the input is read
 * beside them: each of its records has one line, in the same order.
 */
import {
  allocateBatch,
  createLayout,
  type EmbeddingBatch,
  type EmbeddingLayout,
  setVectors,
} from "@performer/embedding-files";
import { parseHeader } from "@performer/proteins";
import type { EmbeddingLine, JobOptions } from "@performer/schema";
import { readInput } from "./job-input.ts";
import { readLines } from "./read-lines.ts";
import type { ResultLine } from "./result-lines.ts";

type HeadLine = Extract<EmbeddingLine, { type: "model" }>;
type VectorLine = Extract<EmbeddingLine, { type: "embedding" }>;

/** The first line of a result. @throws {Error} where it is none. */
export async function readHeadLine(result: string): Promise<HeadLine> {
  for await (const text of readLines(result)) {
    const line = JSON.parse(text) as ResultLine;
    if (line.type === "model") return line;
    break;
  }
  throw new Error("readHeadLine: expected a line of the model first; send the job again");
}

/** Columns as `performer embed` has them: those of a layer that was asked for bear its number. */
export const resultLayout = (
  { layer, include }: JobOptions,
  { embeddingSize }: Pick<HeadLine, "embeddingSize">,
): EmbeddingLayout =>
  createLayout({
    embeddingSize,
    dtype: "f32",
    layers: layer === undefined ? null : [layer],
    mean: include !== "residues",
    perResidue: include !== "mean",
  });

interface ResultFiles {
  /** FASTA as it was sent. */
  readonly input: string;
  /** The lines. */
  readonly result: string;
}

/** A batch a row; refused records have none, and keep their numbers. */
export async function* readResultRows(
  { input, result }: ResultFiles,
  layout: EmbeddingLayout,
): AsyncGenerator<EmbeddingBatch> {
  const records = readInput(input);
  try {
    let record = 0;
    for await (const text of readLines(result)) {
      const line = JSON.parse(text) as ResultLine;
      if (line.type === "model" || line.type === "end") continue;
      const { value } = await records.next();
      const { id, accession } = parseHeader(value?.header ?? "");
      if (accession !== line.accession) {
        throw new Error(
          `readResultRows: expected ${JSON.stringify(line.accession)} as record ${record} of the input, got ${JSON.stringify(accession)}; a file of the job was changed: send it again`,
        );
      }
      if (line.type === "embedding") yield rowOf(layout, { record, id, line });
      record += 1;
    }
  } finally {
    await records.return(undefined);
  }
}

function rowOf(
  layout: EmbeddingLayout,
  { record, id, line }: { record: number; id: string; line: VectorLine },
): EmbeddingBatch {
  const { accession, length, mean = [], residues = [] } = line;
  const batch = allocateBatch(layout, [{ record, id, accession, length }]);
  for (const [column, { per }] of layout.columns.entries()) {
    const target = batch.vectors[column];
    if (target === undefined) continue;
    const vectors = per === "sequence" ? [mean] : residues;
    // nine digits name one float32, so the numbers are those that the model gave
    for (const [at, vector] of vectors.entries()) {
      setVectors(target, Float32Array.from(vector), at * layout.embeddingSize);
    }
  }
  return batch;
}
