/**
 * POST /v1/embeddings. JSON or a FASTA text in; out by Accept: JSON, NDJSON (`EmbeddingLine`s), raw
 * numbers, .npy or an Arrow stream (docs/api.md has the layouts).
 */
import { z } from "zod";
import {
  answeredBy,
  EndLine,
  MAX_SEQUENCES_PER_REQUEST,
  ModelChoice,
  ModelLine,
  SequenceInput,
} from "./common.ts";

/** What the query carries where the body is a FASTA text; the JSON body has the same as fields. */
export const EmbeddingsOptions = z.strictObject({
  model: ModelChoice.optional(),
  layer: z.int().min(0).max(256).optional().meta({
    description:
      "hidden states after so many layers, 0: the embedded tokens. The last, which is the default, is read behind the final norm, the others before any",
  }),
  include: z
    .enum(["residues", "mean", "both"])
    .default("both")
    .meta({ description: "a vector a residue, their mean, or both; .npy takes one of them" }),
  dtype: z
    .enum(["float32", "float16"])
    .default("float32")
    .meta({ description: "of raw, .npy and Arrow answers; JSON names every float32 exactly" }),
});
export type EmbeddingsOptions = z.infer<typeof EmbeddingsOptions>;

export const EmbeddingsRequest = EmbeddingsOptions.extend({
  sequence: SequenceInput.optional(),
  sequences: z.array(SequenceInput).min(1).max(MAX_SEQUENCES_PER_REQUEST).optional(),
})
  .refine((body) => (body.sequence === undefined) !== (body.sequences === undefined), {
    message: "give either sequence or sequences",
  })
  .meta({ id: "EmbeddingsRequest", description: "either `sequence` or `sequences`" });
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;

const embedding = {
  accession: z.string(),
  /** L, residues; specials are excluded. */
  length: z.int(),
  /** [L, E] hidden state of each residue; left out with include "mean". */
  residues: z.array(z.array(z.number())).optional(),
  /** [E] arithmetic mean of `residues` over L; left out with include "residues". */
  mean: z.array(z.number()).optional(),
};

const source = {
  /** E */
  embeddingSize: z.int(),
  /** Layers passed. */
  layer: z.int(),
};

export const EmbeddingsResponse = z
  .object({ ...answeredBy, ...source, embeddings: z.array(z.object(embedding)) })
  .meta({ id: "EmbeddingsResponse" });
export type EmbeddingsResponse = z.infer<typeof EmbeddingsResponse>;

/** A line of application/x-ndjson: the model, an embedding a sequence in the order asked, the end. */
export const EmbeddingLine = z
  .discriminatedUnion("type", [
    ModelLine.extend(source),
    z.object({ type: z.literal("embedding"), ...embedding }),
    EndLine,
  ])
  .meta({ id: "EmbeddingLine" });
export type EmbeddingLine = z.infer<typeof EmbeddingLine>;
