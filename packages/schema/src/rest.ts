/** The REST contract: requests, responses and problem documents of apps/api, as the dashboard reads them. */
import { z } from "zod";
import { ModelConfig } from "./model-config.ts";
import { Metrics } from "./run-event.ts";

export const MAX_SEQUENCES_PER_REQUEST = 64;

/** RFC 9457 problem document, application/problem+json. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** JSON pointer or query name of the offending input. */
  field: z.string().optional(),
  /** The limit that was passed, where there is one. */
  limit: z.number().optional(),
});
export type Problem = z.infer<typeof Problem>;

const sequenceInput = z.union([
  z.string(),
  z.object({ accession: z.string().min(1).max(256), sequence: z.string() }),
]);

export const EmbeddingsRequest = z
  .strictObject({
    sequence: sequenceInput.optional(),
    sequences: z.array(sequenceInput).min(1).max(MAX_SEQUENCES_PER_REQUEST).optional(),
    /** A `ModelSummary`'s id or name; the default model without. */
    model: z.string().optional(),
  })
  .refine((body) => (body.sequence === undefined) !== (body.sequences === undefined), {
    message: "give either sequence or sequences",
  });
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;

export const EmbeddingsResponse = z.object({
  model: z.string(),
  /** E */
  embeddingSize: z.int(),
  embeddings: z.array(
    z.object({
      accession: z.string(),
      /** L, residues; specials are excluded. */
      length: z.int(),
      /** [L, E] final hidden state of each residue. */
      residues: z.array(z.array(z.number())),
      /** [E] arithmetic mean of `residues` over L. */
      mean: z.array(z.number()),
    }),
  ),
});
export type EmbeddingsResponse = z.infer<typeof EmbeddingsResponse>;

export const ModelSummary = z.object({
  /** "models/NAME" of one that ships, "RUN/CHECKPOINT" of a run's. */
  name: z.string(),
  /** What to ask for: the name of one that ships; a run's, for its newest checkpoint. */
  id: z.string(),
  shipped: z.boolean(),
  step: z.int(),
  createdAt: z.string(),
  parameterCount: z.int(),
  config: ModelConfig,
  validation: Metrics.optional(),
  /** Measured before it shipped: of the last set of its report, all sequences. */
  figures: z.object({ set: z.string(), perplexity: z.number(), accuracy: z.number() }).optional(),
});
export type ModelSummary = z.infer<typeof ModelSummary>;
export const ModelsResponse = z.object({ models: z.array(ModelSummary) });
export type ModelsResponse = z.infer<typeof ModelsResponse>;

export const RunSummary = z.object({
  id: z.string(),
  status: z.enum(["running", "finished", "stopped", "failed", "interrupted"]),
  step: z.int(),
  totalSteps: z.int(),
  startedAt: z.string(),
  updatedAt: z.string(),
  baseline: z.object({ perplexity: z.number(), accuracy: z.number() }),
  lastTraining: Metrics.optional(),
  lastEvaluation: Metrics.optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;
export const RunsResponse = z.object({ runs: z.array(RunSummary) });
export type RunsResponse = z.infer<typeof RunsResponse>;

/** GET /api/attention?accession=P00974 or ?sequence=… */
export const AttentionResponse = z.object({
  model: z.string(),
  accession: z.string(),
  /** One letter a residue; rows and columns of the maps are these residues. */
  sequence: z.string(),
  numLayers: z.int(),
  numHeads: z.int(),
  /** [layers][heads] row-major L × L maps; specials dropped, not renormalised. */
  maps: z.array(z.array(z.array(z.number()))),
});
export type AttentionResponse = z.infer<typeof AttentionResponse>;

export const SimilarityResponse = z.object({
  model: z.string(),
  /** Letters of rows and columns, in the order of the matrices. */
  residues: z.string(),
  /** 20 × 20; null where undefined (diagonal, or too few heads). */
  similarity: z.array(z.array(z.number().nullable())),
  /** 20 × 20 BLOSUM62 scores in half bits. */
  blosum62: z.array(z.array(z.number())),
  /** Weight of an attention edge (docs/math.md): v1 above 0.1, v2 counts of 0.3 and more, flat all of it. */
  edges: z.enum(["v1", "v2", "flat"]),
  headsKept: z.int(),
  headsTotal: z.int(),
  sequences: z.int(),
  pearson: z.number().nullable(),
  spearman: z.number().nullable(),
  /** 95 % bootstrap interval over sequences of the Pearson correlation. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** One-sided Mantel permutation test. */
  mantelP: z.number().nullable(),
  /** Pearson of the cosine similarity of token embeddings with BLOSUM62: a control. */
  embeddingControl: z.number().nullable(),
});
export type SimilarityResponse = z.infer<typeof SimilarityResponse>;

export const HealthResponse = z.object({
  status: z.literal("ok"),
  backend: z.string(),
  model: z.string().nullable(),
  uptimeSeconds: z.number(),
});
export type HealthResponse = z.infer<typeof HealthResponse>;
