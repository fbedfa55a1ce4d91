/** What several routes share: sequences as they are sent, which model is asked, and which one answered. */
import { z } from "zod";

export const MAX_SEQUENCES_PER_REQUEST = 64;

export const SequenceInput = z
  .union([
    z.string(),
    z.strictObject({ accession: z.string().min(1).max(256), sequence: z.string() }),
  ])
  .meta({
    id: "SequenceInput",
    description:
      "One-letter residues, or those with a name. Lowercase is raised, J becomes X, gaps, white space and one trailing * are dropped, an inner * becomes X; anything else is refused.",
    examples: ["MKTAYIAKQR"],
  });
export type SequenceInput = z.infer<typeof SequenceInput>;

/** A `ModelSummary`'s id or name. */
export const ModelChoice = z
  .string()
  .min(1)
  .max(256)
  .meta({ description: "id or name of a model of GET /v1/models; the default model without" });

/** Which model answered; every answer of a model carries it, and the headers X-Model and X-Model-Fingerprint. */
export const answeredBy = {
  model: z.string().meta({ description: "name of the model that answered" }),
  fingerprint: z.string().meta({
    description:
      "SHA-256 of its weights.safetensors, which holds parameters and frozen projections",
  }),
};

/** First line of every stream of lines. */
export const ModelLine = z.object({ type: z.literal("model"), ...answeredBy });

/** Last line of every stream of lines: a stream without it was cut. */
export const EndLine = z.object({
  type: z.literal("end"),
  count: z.int().meta({ description: "lines between the first and this one that carry results" }),
});

/** A range of residues, 0-based, the end not included. */
export const ResidueRange = z
  .tuple([z.int().nonnegative(), z.int().positive()])
  .meta({ description: "[from, to): 0-based residues, the end not included" });
export type ResidueRange = z.infer<typeof ResidueRange>;
