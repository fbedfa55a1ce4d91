/** GET /v1/similarity: amino-acid similarity from attention beside BLOSUM62. */
import { z } from "zod";
import { answeredBy, ModelChoice } from "./common.ts";

export const SimilarityQuery = z.strictObject({ model: ModelChoice.optional() });

export const SimilarityResponse = z
  .object({
    ...answeredBy,
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
  })
  .meta({ id: "SimilarityResponse" });
export type SimilarityResponse = z.infer<typeof SimilarityResponse>;
