/** What the page and its worker say to each other: calls by number, answers, progress and faults. */
import type { SimilarityResponse } from "@performer/schema";
import type {
  AttentionCells,
  AttentionQuery,
  EmbeddingsQuery,
  MeanEmbeddings,
  MutationScores,
  MutationsQuery,
  Progress,
  SimilarityQuery,
} from "../compute/compute.ts";

export const BACKENDS = ["webgpu", "webgl", "wasm"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Where to find a model's files, and on what to compute. */
export interface ModelPlace {
  /** Folder of manifest.json and weights.safetensors, absolute, with a slash at its end. */
  readonly url: string;
  /** null: the best that this browser has. */
  readonly backend: BackendName | null;
}

/** What the model runs on, and why not on what would be faster. */
export interface ReadyModel {
  readonly backend: BackendName;
  readonly passedOver: readonly string[];
}

/** Each call, its question and its answer. */
export interface Calls {
  open: { question: ModelPlace; answer: ReadyModel };
  attention: { question: ModelPlace & AttentionQuery; answer: AttentionCells };
  mutations: { question: ModelPlace & MutationsQuery; answer: MutationScores };
  similarity: {
    /** `sample`: address of a FASTA file, the proteins to collect over. */
    question: ModelPlace & SimilarityQuery & { readonly sample: string };
    answer: SimilarityResponse;
  };
  embeddings: { question: ModelPlace & EmbeddingsQuery; answer: MeanEmbeddings };
}
export type CallName = keyof Calls;

export type ToWorker =
  | {
      readonly kind: "call";
      readonly id: number;
      readonly name: CallName;
      readonly question: unknown;
    }
  | { readonly kind: "cancel"; readonly id: number };

export type FromWorker = { readonly id: number } & (
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "answer"; readonly answer: unknown }
  | { readonly kind: "fault"; readonly message: string }
);
