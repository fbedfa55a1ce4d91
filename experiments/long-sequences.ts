/**
 * Long concatenated sequences (the article's section 4.4): windows of 8192 tokens of proteins joined by
 * eos. What training takes in memory, and what the same memory buys with exact attention.
 */
import { z } from "zod";
import { defineExperiment } from "./framework/experiment.ts";
import { measureLongSequences } from "./long-sequences/measure.ts";
import { longClaims, longFigures, longTables } from "./long-sequences/present.ts";
import { LongResult } from "./long-sequences/result.ts";

export default defineExperiment({
  title: "Long concatenated sequences",
  question:
    "Windows of 8192 tokens: does a Performer train where a Transformer of its size runs out of memory, and is it better than the largest Transformer in the same memory?",
  parameters: z.strictObject({
    /** Tokens of a step: one window of the Performer. A power of two. */
    length: z.int().min(512).default(8192),
    shortestWindow: z.int().min(64).default(256),
    /** Exact attention is not tried above this; its memory is computed from the windows below. */
    memoryBoundGib: z.number().positive().default(10),
    /** Of training, for each of the two models. */
    steps: z.int().min(1).default(400),
    evaluateEvery: z.int().min(1).default(80),
    seed: z.int().min(0).default(0),
    trainSequences: z.int().min(1).default(16_384),
    validationSequences: z.int().min(1).default(256),
    precision: z.enum(["float32", "bf16"]).default("bf16"),
  }),
  quick: { length: 1024, shortestWindow: 256, steps: 6, evaluateEvery: 3 },
  result: LongResult,
  run: measureLongSequences,
  claims: longClaims,
  tables: longTables,
  figures: longFigures,
});
