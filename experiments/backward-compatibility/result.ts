/** What the experiment measures; the JSON file holds it. */
import { z } from "zod";
import { Curves } from "../training/curves.ts";

/** Means over draws of the projections. */
const transferred = z.strictObject({
  /** M */
  numFeatures: z.int(),
  draws: z.int(),
  perplexity: z.number(),
  /** 0 to 1, and the lowest and highest of the draws. */
  accuracy: z.number(),
  accuracyRange: z.tuple([z.number(), z.number()]),
  /** Relative errors of each layer's attention output, see `attentionDivergence`. */
  layers: z.array(
    z.strictObject({ own: z.number(), accumulated: z.number(), worstHead: z.number() }),
  ),
});
export type Transferred = z.infer<typeof transferred>;

export const TransferResult = z.strictObject({
  sample: z.string(),
  tokensPerStep: z.int(),
  transformer: Curves,
  scratch: Curves,
  /** Validation at step 0 is before any fine-tuning. */
  tuned: Curves,
  transferred: z.array(transferred),
});
export type TransferResult = z.infer<typeof TransferResult>;
