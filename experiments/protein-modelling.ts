/**
 * Protein modelling (the article's figure 6): the same tokens for every attention, causal and masked,
 * with training dashed and validation solid, beside the n-gram baselines.
 */
import { z } from "zod";
import { defineExperiment } from "./framework/experiment.ts";
import { MOST_VALUES } from "./framework/statistics.ts";
import { trainContenders } from "./protein-modelling/measure.ts";
import { modellingClaims, modellingFigures, modellingTables } from "./protein-modelling/present.ts";
import { ModellingResult } from "./protein-modelling/result.ts";
import { ContenderName } from "./training/models.ts";

export default defineExperiment({
  title: "Protein modelling",
  question:
    "With the same tokens, do Performers model proteins as well as a Transformer, left to right and masked?",
  parameters: z.strictObject({
    contenders: z
      .array(ContenderName)
      .min(1)
      .default([...ContenderName.options]),
    seeds: z.array(z.int().min(0)).min(1).max(MOST_VALUES).default([0, 1, 2]),
    /** Of 4,096 tokens. */
    steps: z.int().min(1).default(400),
    evaluateEvery: z.int().min(1).default(80),
    trainSequences: z.int().min(1).default(8192),
    validationSequences: z.int().min(1).default(256),
    ngramOrder: z.int().min(1).max(5).default(5),
    precision: z.enum(["float32", "bf16"]).default("bf16"),
  }),
  amounts: ["contenders", "seeds"],
  quick: { seeds: [0], steps: 20, evaluateEvery: 10, ngramOrder: 3 },
  result: ModellingResult,
  run: trainContenders,
  claims: modellingClaims,
  tables: modellingTables,
  figures: modellingFigures,
});
