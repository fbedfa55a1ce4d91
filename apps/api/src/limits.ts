/** Every limit of the API in one place; each is named in the problem document of who passes it. */
import { SPECIALS_PER_ROW } from "@performer/proteins";
import type { ModelConfig } from "@performer/schema";

/** Body of a request. 64 sequences of 8,192 residues need half of it. */
export const BODY_LIMIT_BYTES = 1_048_576;
/** Jobs that wait for the model; the next one is told to come back. */
export const QUEUE_LIMIT = 64;
/** The same for similarity: one a model, shared by all who ask. */
export const SLOW_QUEUE_LIMIT = 4;
/** Server-sent event streams open at a time. */
export const STREAM_LIMIT = 64;
/** Numbers in one answer: 4 million are about 45 MB of JSON. */
const ANSWER_LIMIT_NUMBERS = 4_000_000;
/** Answers kept of attention and similarity. */
export const CACHE_LIMIT_BYTES = 64 * 1_048_576;

/** FASTA file of a bulk job, as it is sent: UniRef50 takes 12 GB of gzip. */
export const JOB_BODY_LIMIT_BYTES = 16 * 1_073_741_824;
/** The same file when it is read. */
export const JOB_LIMITS = { maxRecords: 100_000_000, maxResidues: 100_000_000_000 } as const;

/** Longest sequence that a model takes, residues. */
export const maxResidues = (config: ModelConfig): number => config.maxLength - SPECIALS_PER_ROW;

/** Residues of one embeddings answer: each costs E numbers. */
export const maxEmbeddedResidues = (config: ModelConfig): number =>
  Math.floor(ANSWER_LIMIT_NUMBERS / config.embeddingSize);

/** Residues of one attention answer: L residues cost layers · heads · L² numbers. */
export function maxAttentionResidues(config: ModelConfig): number {
  const maps = config.numLayers * config.numHeads;
  return Math.min(maxResidues(config), Math.floor(Math.sqrt(ANSWER_LIMIT_NUMBERS / maps)));
}
