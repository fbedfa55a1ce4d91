/**
 * Amino-acid similarity (the article's appendix C.4, by the method of Vig et al. 2020): from the attention of the
 * trained model, beside BLOSUM62, and of the same model untrained.
 */
import { z } from "zod";
import { measureSimilarity } from "./amino-acid-similarity/measure.ts";
import {
  similarityClaims,
  similarityFigures,
  similarityTables,
} from "./amino-acid-similarity/present.ts";
import { SimilarityResult } from "./amino-acid-similarity/result.ts";
import { defineExperiment } from "./framework/experiment.ts";
import { SHIPPED } from "./trained/open-model.ts";

const edgeWeight = z.enum(["flat", "v1", "v2"]);

export default defineExperiment({
  title: "Amino-acid similarity from attention",
  question:
    "Does the attention of the trained Performer know which amino acids replace each other, as BLOSUM62 does?",
  parameters: z.strictObject({
    /** Folder of a model, a checkpoint or a run; "shipped" is the newest bidirectional one under models/. */
    checkpoint: z.string().default(SHIPPED),
    sequences: z.int().min(2).default(800),
    /** Residues of a sequence. */
    shortest: z.int().min(1).default(50),
    longest: z.int().min(1).default(256),
    edges: z
      .array(edgeWeight)
      .min(1)
      .default([...edgeWeight.options]),
    untrainedSeeds: z.array(z.int().min(0)).min(1).default([0, 1, 2]),
    permutations: z.int().min(1).default(9999),
    resamples: z.int().min(1).default(1000),
  }),
  quick: { sequences: 20, untrainedSeeds: [0], permutations: 99, resamples: 20 },
  result: SimilarityResult,
  run: measureSimilarity,
  claims: similarityClaims,
  tables: similarityTables,
  figures: similarityFigures,
});
