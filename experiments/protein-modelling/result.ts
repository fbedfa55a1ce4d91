/** What the experiment measures; the JSON file holds it. */
import { z } from "zod";
import { Curves } from "../training/curves.ts";
import { ContenderName, DIRECTIONS } from "../training/models.ts";

export const ModellingRun = z.strictObject({
  contender: ContenderName,
  direction: z.enum(DIRECTIONS),
  seed: z.int(),
  curves: Curves,
});
export type ModellingRun = z.infer<typeof ModellingRun>;

const baseline = z.strictObject({
  order: z.int(),
  perplexity: z.number(),
  accuracy: z.number(),
});

export const ModellingResult = z.strictObject({
  sample: z.string(),
  tokensPerRun: z.int(),
  baselines: z.array(baseline),
  runs: z.array(ModellingRun),
});
export type ModellingResult = z.infer<typeof ModellingResult>;
