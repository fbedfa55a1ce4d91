/**
 * Embeddings of many proteins as files: one table of rows and vectors, written as HDF5, Parquet, Arrow
 * or NumPy arrays, from durable parts that a run which was killed goes on with, and merged from shards.
 * Memory is bounded by a batch, whatever the number of proteins. Knows no model.
 *
 * @example
 * await using parts = await openParts({ folder: "out.h5.parts", layout, description, resume: true });
 * await parts.append(batch, nextRecord);
 * await writeOutput({ output: "out.h5", write: writeHdf5, manifest, batches: () => parts.batches() });
 */
export {
  allocateBatch,
  type EmbeddingBatch,
  residueOffsets,
  setVectors,
  type Values,
} from "./embedding-batch.ts";
export { EMBEDDING_FORMATS, type EmbeddingEnding, endingOf } from "./embedding-format.ts";
export { readArrow, writeArrow } from "./formats/arrow.ts";
export {
  addTotals,
  bytesOfValue,
  contentBytes,
  createLayout,
  type EmbeddingLayout,
  type EmbeddingTotals,
  type LayoutOptions,
  NO_TOTALS,
  type RowHead,
  totalsOfRow,
  type VectorColumn,
  type VectorType,
  vectorsOf,
} from "./layout.ts";
export { manifestPath } from "./manifest-path.ts";
export {
  interleaveShards,
  joinManifests,
  MergeError,
  readShards,
  type Shard,
  verifyShards,
} from "./merge-shards.ts";
export {
  hasParts,
  type OpenPartsOptions,
  openParts,
  type PartFolder,
  PartsError,
} from "./part-folder.ts";
export type { WriteEmbeddings, WriteOptions } from "./write-options.ts";
export { type OutputOptions, readOutput, writeOutput } from "./write-output.ts";
