/**
 * Proteins as data: alphabet, FASTA, batches, targets, baselines, BLOSUM62. Knows neither Node nor
 * the DOM nor tensors; files are opened by `@performer/proteins/node` and `@performer/proteins/web`.
 *
 * @example
 * const source = createFileSource(["data/sample-train.fasta.gz"]); // of @performer/proteins/node
 * const options = { source, data, masking, direction: "bidirectional", seed: 0 } as const;
 * for await (const { batch, position } of createTrainingBatches(options)) train(batch);
 */
export {
  ANOMALOUS_RESIDUES,
  decodeTokens,
  isStandardResidue,
  RESIDUES,
  STANDARD_RESIDUES,
  TOKEN,
  TOKEN_NAMES,
  VOCABULARY_SIZE,
} from "./alphabet.ts";
export {
  countResidues,
  type EmpiricalBaseline,
  empiricalBaseline,
  type ResidueCounts,
} from "./baseline.ts";
export type { BatchOptions } from "./batch-options.ts";
export { BLOSUM62, normalizedBlosum } from "./blosum62.ts";
export { type CollatedSequences, collateSequences, SPECIALS_PER_ROW } from "./collate.ts";
export { NEVER_DRAWN } from "./drawn-tokens.ts";
export { encodeSequence, ResidueError, type ResiduePolicy } from "./encode-sequence.ts";
export { ESM_FILE_ORDER, ESM_FILE_ROWS } from "./esm-vocabulary.ts";
export { createEvaluationBatches } from "./evaluation-batches.ts";
export {
  DEFAULT_MAX_SEQUENCE_LENGTH,
  FastaError,
  type FastaReader,
  type FastaRecord,
  type ReadFastaOptions,
  type RecordSource,
} from "./fasta-record.ts";
export { formatFasta } from "./format-fasta.ts";
export { bucketLength, groupByLength, type LengthGroup } from "./length-buckets.ts";
export { type NgramBaseline, ngramBaseline } from "./ngram-baseline.ts";
export {
  type CountNgramsOptions,
  countNgrams,
  MAX_NGRAM_ORDER,
  type NgramCounts,
} from "./ngram-counts.ts";
export { type ParsedHeader, parseHeader } from "./parse-header.ts";
export { readFasta } from "./read-fasta.ts";
export { shuffle } from "./shuffle.ts";
export type { TrainingBatch } from "./training-batch.ts";
export {
  type BatchPosition,
  createTrainingBatches,
  type TrainingBatchOptions,
} from "./training-batches.ts";
export { tokenNamesOf } from "./vocabulary.ts";
