/**
 * How well random features approximate softmax attention (the article's figure 4): the error of the
 * attention matrix and of the output against the number of random samples.
 */
import { z } from "zod";
import { approximationClaims } from "./approximation/claims.ts";
import { measureApproximation } from "./approximation/measure.ts";
import { approximationFigures, approximationTables } from "./approximation/present.ts";
import { ApproximationResult } from "./approximation/result.ts";
import { defineExperiment } from "./framework/experiment.ts";

export default defineExperiment({
  title: "Approximation of softmax attention",
  question:
    "How close does FAVOR+ come to softmax attention with M random samples, orthogonal or independent, positive, hyperbolic or trigonometric?",
  parameters: z.strictObject({
    /** L */
    length: z.int().min(1).default(4096),
    /** D */
    headSize: z.int().min(1).default(16),
    /** M, the number of random samples: rows of W. */
    samples: z.array(z.int().min(1)).min(1).default([16, 32, 64, 128, 256, 512, 1024]),
    /** Standard deviations of the entries of query and key. */
    scales: z.array(z.number().positive()).min(1).default([0.5, 0.7, 1]),
    draws: z.int().min(1).default(15),
    seed: z.int().min(0).default(0),
  }),
  quick: { length: 512, samples: [16, 64, 256], draws: 3 },
  result: ApproximationResult,
  run: measureApproximation,
  claims: approximationClaims,
  tables: approximationTables,
  figures: approximationFigures,
});
