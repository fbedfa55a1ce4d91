/**
 * POST /v1/mutations: log p(mutant) - log p(wild type) of every substitution, with the cost stated first:
 * `dryRun` answers it alone, and every answer has it in X-Cost-Passes and X-Cost-Residues.
 */
import { z } from "zod";
import { answeredBy, EndLine, ModelChoice, ModelLine, SequenceInput } from "./common.ts";
import { scoredDirection } from "./logits.ts";

/**
 * single-pass: from one pass over the sequence as it is; of a causal model, from the residues before.
 * masked-marginals: each position hidden in turn (Meier et al. 2021); bidirectional models only.
 */
export const MutationMethod = z.enum(["single-pass", "masked-marginals"]);
export type MutationMethod = z.infer<typeof MutationMethod>;

export const MutationsRequest = z
  .strictObject({
    sequence: SequenceInput,
    model: ModelChoice.optional(),
    method: MutationMethod.default("single-pass"),
    positions: z
      .array(z.int().nonnegative())
      .min(1)
      .max(65_536)
      .optional()
      .meta({ description: "0-based residues to score, each once; all without" }),
    dryRun: z.boolean().default(false).meta({ description: "answer the cost and compute nothing" }),
  })
  .meta({ id: "MutationsRequest" });
export type MutationsRequest = z.infer<typeof MutationsRequest>;

/** What a question costs, known before anything is computed. */
export const MutationCost = z.object({
  /** Sequences that go through the model. */
  passes: z.int(),
  /** Residues that go through the model: passes × L. */
  residues: z.int(),
});
export type MutationCost = z.infer<typeof MutationCost>;

const question = {
  accession: z.string(),
  /** The wild type, as the model read it. */
  sequence: z.string(),
  method: MutationMethod,
  direction: scoredDirection,
  cost: MutationCost,
};

/** The answer to `dryRun`. */
export const MutationsCostResponse = z
  .object({ ...answeredBy, ...question })
  .meta({ id: "MutationsCostResponse" });
export type MutationsCostResponse = z.infer<typeof MutationsCostResponse>;

export const MutationsResponse = MutationsCostResponse.extend({
  /** Letters of the 20 columns. */
  residues: z.string(),
  /** 0-based, in the order asked. */
  positions: z.array(z.int()),
  /** [positions, 20] nats; 0 in the wild type's own column. */
  scores: z.array(z.array(z.number())),
}).meta({ id: "MutationsResponse" });
export type MutationsResponse = z.infer<typeof MutationsResponse>;

/** A line of application/x-ndjson: the model and the cost, a position as soon as it is known, the end. */
export const MutationLine = z
  .discriminatedUnion("type", [
    ModelLine.extend({ ...question, residues: z.string() }),
    z.object({
      type: z.literal("position"),
      position: z.int(),
      wildType: z.string(),
      scores: z.array(z.number()),
    }),
    EndLine,
  ])
  .meta({ id: "MutationLine" });
export type MutationLine = z.infer<typeof MutationLine>;
