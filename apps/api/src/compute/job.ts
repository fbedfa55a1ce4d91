/** A question to a model as plain data, checked by its route; it crosses to the compute thread as it is. */
import type { AttentionWindowOptions } from "@performer/interpret";
import type {
  EmbeddingsOptions,
  LogitsRequest,
  MutationCost,
  MutationMethod,
} from "@performer/schema";
import type { DrawOptions } from "./model-reader.ts";

/** A sequence and what the client calls it. */
export interface NamedSequence {
  readonly accession: string;
  /** Residue ids, without specials. */
  readonly sequence: Uint8Array;
}

export type EmbeddingFormat = "json" | "ndjson" | "raw" | "npy" | "arrow";
export type LineFormat = "json" | "ndjson";
/** Of what comes bit by bit only: a line, or a server-sent event, for each bit. */
export type StreamFormat = "ndjson" | "events";

export interface EmbeddingsJob extends Pick<EmbeddingsOptions, "include" | "dtype"> {
  readonly kind: "embeddings";
  readonly sequences: readonly NamedSequence[];
  readonly layer: number;
  readonly format: EmbeddingFormat;
  /** Behind all that is asked meanwhile: bulk jobs. */
  readonly inBackground?: boolean;
}

export interface LogitsJob extends NamedSequence, Pick<LogitsRequest, "tokens"> {
  readonly kind: "logits";
}

export interface MutationsJob extends NamedSequence {
  readonly kind: "mutations";
  readonly method: MutationMethod;
  readonly positions: readonly number[];
  readonly cost: MutationCost;
  readonly format: LineFormat;
}

export interface AttentionJob extends NamedSequence {
  readonly kind: "attention";
  readonly window: AttentionWindowOptions;
}

export interface GenerateJob extends DrawOptions {
  readonly kind: "generate";
  readonly format: StreamFormat;
}

interface SimilarityJob {
  readonly kind: "similarity";
}

export type ModelJob =
  | EmbeddingsJob
  | LogitsJob
  | MutationsJob
  | AttentionJob
  | GenerateJob
  | SimilarityJob;
