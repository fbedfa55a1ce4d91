/**
 * What the views ask of a model, wherever it is computed: by the API's process, or in this page. Both
 * give the same numbers; the reader sees which one answers and may choose.
 */
import type {
  AttentionWeights,
  MapSide,
  ModelSummary,
  MutationMethod,
  SimilarityResponse,
} from "@performer/schema";

export type ComputePlace = "server" | "page";

/** How far a long answer is. */
export interface Progress {
  /** What is being done, for a person: "model 5m", "proteins". */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

export interface Ask {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Residues from `from` to before `to`, counted from 0. */
export interface ResidueRange {
  readonly from: number;
  readonly to: number;
}

export interface AttentionQuery {
  readonly model: string;
  readonly sequence: string;
  /** All without. */
  readonly layers?: readonly number[];
  readonly heads?: readonly number[];
  readonly rows: ResidueRange;
  readonly columns: ResidueRange;
  /** Cells a side at most; a longer range is read in cells that are means of areas. */
  readonly maxSize: number;
  readonly weights: AttentionWeights;
}

/** A part of the maps of some layers. */
export interface AttentionCells {
  readonly model: string;
  /** Of `maps`, in order. */
  readonly layers: readonly number[];
  readonly rows: MapSide;
  readonly columns: MapSide;
  /** [layers][heads that were asked], each [rows.cells × columns.cells] row-major. */
  readonly maps: readonly (readonly ArrayLike<number>[])[];
}

export interface MutationsQuery {
  readonly model: string;
  readonly sequence: string;
  readonly method: MutationMethod;
}

/** log p(residue) − log p(wild type) of every substitution, nats. */
export interface MutationScores {
  readonly model: string;
  readonly method: MutationMethod;
  /** Letters of the columns. */
  readonly residues: string;
  /** [L][20] */
  readonly scores: readonly ArrayLike<number>[];
}

export interface EmbeddingsQuery {
  readonly model: string;
  readonly sequences: readonly string[];
}

export interface MeanEmbeddings {
  readonly model: string;
  /** [E] of each sequence, in order. */
  readonly means: readonly ArrayLike<number>[];
}

export interface SimilarityQuery {
  readonly model: string;
  /** Counted from 0; null takes the heads of all layers. */
  readonly layer: number | null;
}

export interface Compute {
  readonly place: ComputePlace;
  attention(query: AttentionQuery, ask: Ask): Promise<AttentionCells>;
  mutations(query: MutationsQuery, ask: Ask): Promise<MutationScores>;
  embeddings(query: EmbeddingsQuery, ask: Ask): Promise<MeanEmbeddings>;
  similarity(query: SimilarityQuery, ask: Ask): Promise<SimilarityResponse>;
  /** The longest protein that it takes of a model, and why no longer one. */
  longest(model: ModelSummary): { readonly residues: number; readonly because: string };
}
