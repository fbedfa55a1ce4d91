/**
 * The article's protein model at its full size (36 layers): time and memory of one training step, with
 * ordinary layers, with random features computed again, and with reversible layers.
 */
import { z } from "zod";
import { defineExperiment } from "./framework/experiment.ts";
import { measureFullSize } from "./full-size/measure.ts";
import { fullSizeClaims, fullSizeFigures, fullSizeTables } from "./full-size/present.ts";
import { directions, FullSizeResult, variants } from "./full-size/result.ts";

export default defineExperiment({
  title: "The full size",
  question:
    "What does one training step of the article's 36-layer protein model take on this machine?",
  parameters: z.strictObject({
    /** configs/NAME.json, whose model is taken. */
    config: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default("paper-36l"),
    numLayers: z.int().min(1).default(36),
    /** L */
    length: z.int().min(1).default(1024),
    variants: z
      .array(z.enum(variants))
      .min(1)
      .default([...variants]),
    directions: z
      .array(z.enum(directions))
      .min(1)
      .default([...directions]),
    /** Batch sizes B, ascending. */
    rows: z.array(z.int().min(1)).min(1).default([1, 2]),
    /** Measured steps, after one that compiles. */
    steps: z.int().min(1).default(2),
  }),
  quick: { numLayers: 2, length: 128 },
  result: FullSizeResult,
  run: measureFullSize,
  claims: fullSizeClaims,
  tables: fullSizeTables,
  figures: fullSizeFigures,
});
