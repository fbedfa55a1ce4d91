/** Every limit of the API in one place; each is named in the problem document of who passes it. */
import { SPECIALS_PER_ROW } from "@performer/proteins";
import type { ModelConfig } from "@performer/schema";

/** Body of a request. 64 sequences of 8,192 residues need half of it. */
export const BODY_LIMIT_BYTES = 1_048_576;
/** Requests at a time that share batches, from the first residue to the last byte sent. */
export const BATCHED_LIMIT = 256;
/** Residues of these requests in all; one larger request is taken when no other is here. */
export const BATCHED_LIMIT_RESIDUES = 262_144;
/** Requests that wait for the model for themselves: attention, masked marginals, generation. */
export const QUEUE_LIMIT = 64;
/** The same for similarity: one a model, shared by all who ask. */
export const SLOW_QUEUE_LIMIT = 4;
/** Server-sent event streams open at a time. */
export const STREAM_LIMIT = 64;
/** Numbers in one answer: 4 million are about 45 MB of JSON. */
export const ANSWER_LIMIT_NUMBERS = 4_000_000;
/** Weights that one attention answer is made of, before they are averaged: ten seconds of work. */
export const ATTENTION_LIMIT_WEIGHTS = 1_000_000_000;
/** Residues through the model for one question about mutations. */
export const MUTATION_LIMIT_RESIDUES = 4_000_000;
/** Answers kept of attention and similarity. */
export const CACHE_LIMIT_BYTES = 64 * 1_048_576;
/** A request that names no deadline has this one, and may ask for at most the other. */
export const DEFAULT_DEADLINE_MS = 60_000;
export const MAX_DEADLINE_MS = 600_000;

/** FASTA file of a bulk job, as it is sent: UniRef50 takes 12 GB of gzip. */
export const JOB_BODY_LIMIT_BYTES = 16 * 1_073_741_824;
/** The same file when it is read. */
export const JOB_LIMITS = { maxRecords: 100_000_000, maxResidues: 100_000_000_000 } as const;

/** Files of results that may wait to be made, of all jobs; one is made at a time. */
export const RESULT_FILE_LIMIT = 8;

/** Longest sequence that a model takes, residues. */
export const maxResidues = (config: ModelConfig): number => config.maxLength - SPECIALS_PER_ROW;
