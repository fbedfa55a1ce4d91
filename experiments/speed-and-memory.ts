/**
 * Time and memory of one layer against the length, a mechanism each (the article's figure 3): where
 * the Performer passes exact attention, and how near it comes to attention that returns its values.
 */
import { z } from "zod";
import { defineExperiment } from "./framework/experiment.ts";
import { speedClaims } from "./speed-and-memory/claims.ts";
import { measureSpeed } from "./speed-and-memory/measure.ts";
import { mechanismNames } from "./speed-and-memory/mechanisms.ts";
import { speedFigures, speedTables } from "./speed-and-memory/present.ts";
import { SpeedResult } from "./speed-and-memory/result.ts";

export default defineExperiment({
  title: "Speed and memory",
  question:
    "How do time and memory of a layer grow with the length, and from which length on does the Performer win?",
  parameters: z.strictObject({
    mechanisms: z
      .array(z.enum(mechanismNames))
      .min(1)
      .default([...mechanismNames]),
    /** L, ascending; B is 1. */
    lengths: z
      .array(z.int().min(16))
      .min(1)
      .default([256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]),
    embeddingSize: z.int().min(2).default(512),
    numHeads: z.int().min(1).default(8),
    feedForwardSize: z.int().min(1).default(2048),
    /** M of the Performers, rank of Linformer. */
    numFeatures: z.int().min(1).default(256),
    /** Processes a point, interleaved over all mechanisms and lengths. */
    rounds: z.int().min(1).default(2),
    /** Lengths from here on are measured in the first round alone: they take minutes. */
    onceFrom: z.int().min(1).default(16_384),
    /** A process that takes more is ended, and so are greater lengths of its mechanism. */
    memoryGib: z.number().positive().default(8),
    seconds: z.number().positive().default(120),
    /** How long a process is held back while others use the machine. */
    patienceSeconds: z.number().min(0).default(10),
  }),
  amounts: ["mechanisms", "lengths", "rounds", "onceFrom", "patienceSeconds"],
  quick: {
    lengths: [64, 128, 256],
    embeddingSize: 64,
    feedForwardSize: 128,
    numFeatures: 32,
    rounds: 1,
    patienceSeconds: 0,
  },
  result: SpeedResult,
  run: measureSpeed,
  claims: speedClaims,
  tables: speedTables,
  figures: speedFigures,
});
