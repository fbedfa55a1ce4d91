/**
 * OUTPUT.manifest.json beside a file of embeddings: which model made it from which input, how, and what
 * came out. Two outputs whose model, input, options and layout are equal hold the same rows, or are
 * shards of the same whole.
 */
import { z } from "zod";
import { NamedFile } from "./evaluation-report.ts";

export const EMBEDDING_FORMAT = 1;

const count = z.int().nonnegative();

export const EmbeddingManifest = z.object({
  format: z.literal(EMBEDDING_FORMAT),
  /** Name and version. */
  software: z.string(),
  model: z.object({ name: z.string(), step: count, weightsSha256: z.string() }),
  /** The FASTA files in their order, by what they hold. */
  input: z.array(NamedFile).min(1),
  options: z.object({
    letters: z.enum(["strict", "lenient"]),
    /** Whether sequences that the model cannot take were passed over. */
    skipLong: z.boolean(),
  }),
  layout: z.object({
    embeddingSize: count,
    dtype: z.enum(["f32", "f16"]),
    columns: z.array(
      z.object({
        name: z.string(),
        per: z.enum(["sequence", "residue"]),
        layer: count.nullable(),
      }),
    ),
  }),
  /** What computed it: "tensorflow", "wasm" or "cpu". */
  backend: z.string(),
  /** Null: all records. */
  shard: z.object({ index: count, count: z.int().positive() }).nullable(),
  counts: z.object({
    /** Of the input, whatever the shard. */
    inputRecords: count,
    /** Of the shard. */
    records: count,
    /** Of the shard's, those that the model cannot take. */
    passedOver: count,
  }),
  /** What is in the output. */
  totals: z.object({
    rows: count,
    residues: count,
    /** UTF-8 bytes. */
    longestIdBytes: count,
    longestAccessionBytes: count,
    idBytes: count,
    accessionBytes: count,
  }),
  output: NamedFile,
});
export type EmbeddingManifest = z.infer<typeof EmbeddingManifest>;
