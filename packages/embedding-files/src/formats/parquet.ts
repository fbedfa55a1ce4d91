/**
 * Parquet: a row a protein, a vector as a list of numbers. Vectors of residues are one list of L × E
 * numbers, row-major: half the size and the time of lists in lists, and `reshape(length, -1)` in NumPy.
 * Nothing is compressed: float vectors hardly shrink.
 */

import { widenHalf } from "@performer/checkpoint";
import { fileWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { type EmbeddingBatch, rebatch, residueOffsets, type Values } from "../embedding-batch.ts";
import type { EmbeddingLayout } from "../layout.ts";
import type { WriteEmbeddings } from "../write-options.ts";

export const writeParquet: WriteEmbeddings = async (options) => {
  const { path, layout, batches, batchBytes, metadata } = options;
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: parquetSchema(layout),
    codec: "UNCOMPRESSED",
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: "performer embed",
  });
  // a row group a batch: the library holds some 50 bytes a number while it writes one
  for await (const batch of rebatch(layout, batches(), batchBytes)) {
    await writer.write({ columnData: columnsOf(layout, batch), rowGroupSize: batch.heads.length });
  }
  await writer.finish();
};

function parquetSchema({ columns, dtype }: EmbeddingLayout): SchemaElement[] {
  const element: SchemaElement =
    dtype === "f16"
      ? {
          name: "element",
          type: "FIXED_LEN_BYTE_ARRAY",
          type_length: 2,
          logical_type: { type: "FLOAT16" },
          repetition_type: "REQUIRED",
        }
      : { name: "element", type: "FLOAT", repetition_type: "REQUIRED" };
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" } as const;
  return [
    { name: "root", num_children: 4 + columns.length },
    { name: "record", type: "INT64", repetition_type: "REQUIRED" },
    { name: "id", ...text },
    { name: "accession", ...text },
    { name: "length", type: "INT32", repetition_type: "REQUIRED" },
    ...columns.flatMap(({ name }): SchemaElement[] => [
      { name, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      element,
    ]),
  ];
}

function columnsOf({ columns, embeddingSize: E }: EmbeddingLayout, batch: EmbeddingBatch) {
  const { heads, vectors } = batch;
  const offsets = residueOffsets(heads);
  return [
    { name: "record", data: heads.map(({ record }) => BigInt(record)) },
    { name: "id", data: heads.map(({ id }) => id), statistics: false },
    { name: "accession", data: heads.map(({ accession }) => accession), statistics: false },
    { name: "length", data: heads.map(({ length }) => length) },
    ...columns.map(({ name, per }, column) => {
      const values = vectors[column] as Values;
      const data = heads.map((_, row) => {
        const [start, end] =
          per === "sequence"
            ? [row, row + 1]
            : [offsets[row] as number, offsets[row + 1] as number];
        return toNumbers(values.subarray(start * E, end * E));
      });
      return { name, data, statistics: false, encoding: "PLAIN" as const };
    }),
  ];
}

const toNumbers = (values: Values): number[] =>
  values instanceof Float32Array ? Array.from(values) : Array.from(values, widenHalf);
