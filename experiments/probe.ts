/**
 * Do a model's frozen embeddings carry what is not written in the sequence? A linear probe of secondary
 * structure on them, beside the same probe on what can be read off the sequence and on the untrained model.
 */
import { z } from "zod";
import { defineExperiment } from "./framework/experiment.ts";
import { measureProbe } from "./probe/measure.ts";
import { probeFigures, probeTables } from "./probe/present.ts";
import { ProbeResult } from "./probe/result.ts";
import { SHIPPED } from "./trained/open-model.ts";

export default defineExperiment({
  title: "Secondary structure from frozen embeddings",
  question:
    "Does a linear probe read secondary structure from frozen embeddings better than from the sequence around a residue, from composition, or from the untrained model?",
  parameters: z.strictObject({
    /** Folder of a model, a checkpoint or a run; "shipped" is the newest bidirectional one under models/. */
    checkpoint: z.string().default(SHIPPED),
    trainChains: z.array(z.int().min(2)).min(1).default([50, 150, 500, 1500]),
    testChains: z.int().min(1).default(500),
    /** L2, chosen from on a fifth of the training chains. */
    penalties: z.array(z.number().positive()).min(1).default([1e-5, 1e-4, 1e-3, 1e-2]),
    resamples: z.int().min(1).default(2000),
    seed: z.int().min(0).default(0),
  }),
  quick: { trainChains: [20, 60], testChains: 60, resamples: 200 },
  result: ProbeResult,
  run: measureProbe,
  // the article has no statement about probes
  claims: () => [],
  tables: probeTables,
  figures: probeFigures,
});
