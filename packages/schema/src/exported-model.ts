/** What the manifest of an exported model says besides that of a checkpoint: a model made for use, not for resuming. */
import { z } from "zod";
import { EvaluationReport, NamedFile } from "./evaluation-report.ts";

export const ExportedModel = z.object({
  /** Name and version of the software that exported it. */
  software: z.string(),
  /** Of the parameters; projections stay float32, so that the random features are those of training. */
  precision: z.literal("float16"),
  /** Name of each token, by id. */
  vocabulary: z.array(z.string()).min(1),
  /** SHA-256 of the weights that it was made from. */
  sourceSha256: z.string(),
  /** What the training data is, in a person's words. */
  dataDescription: z.string().optional(),
  /** Of the weights and of the data, likewise. */
  licence: z.string().optional(),
  /** The training files; left out where nobody named them. */
  dataFiles: z.array(NamedFile).optional(),
  /** Tokens that training read: residues, bos and eos, no padding. Counted with `dataFiles`. */
  tokensSeen: z.int().nonnegative().optional(),
  /** Logits of these weights against those that they were rounded from. */
  rounding: z.object({
    sequences: z.int().positive(),
    /** Root mean square of the differences, over that of the logits. */
    relative: z.number().nonnegative(),
    /** Largest difference of a log probability, nats. */
    largest: z.number().nonnegative(),
  }),
  report: EvaluationReport.optional(),
});
export type ExportedModel = z.infer<typeof ExportedModel>;
