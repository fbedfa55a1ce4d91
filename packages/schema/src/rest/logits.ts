/** POST /v1/logits: the model's scores of what stands at each residue. */
import { z } from "zod";
import { ModelConfig } from "../model-config.ts";
import { answeredBy, ModelChoice, SequenceInput } from "./common.ts";

export const LogitsRequest = z
  .strictObject({
    sequence: SequenceInput,
    model: ModelChoice.optional(),
    tokens: z
      .enum(["standard", "all"])
      .default("standard")
      .meta({ description: "columns: the 20 standard residues, or every token of the vocabulary" }),
  })
  .meta({ id: "LogitsRequest" });
export type LogitsRequest = z.infer<typeof LogitsRequest>;

/**
 * Which context a model's scores at a residue come from: bidirectional, the whole sequence, that residue
 * included and not hidden; causal, only the residues before it.
 */
export const scoredDirection = ModelConfig.shape.direction.unwrap();

export const LogitsResponse = z
  .object({
    ...answeredBy,
    accession: z.string(),
    sequence: z.string(),
    direction: scoredDirection,
    /** Name of each column. */
    tokens: z.array(z.string()),
    /** [L, tokens], before the softmax over the whole vocabulary. */
    logits: z.array(z.array(z.number())),
    /** [L] log of the sum of exp over the whole vocabulary: log p = logit - this, in nats. */
    logSumExp: z.array(z.number()),
  })
  .meta({ id: "LogitsResponse" });
export type LogitsResponse = z.infer<typeof LogitsResponse>;
