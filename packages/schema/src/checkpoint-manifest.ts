/**
 * The readable half of a checkpoint folder: manifest.json beside weights.safetensors
 * (parameters and frozen projections) and, for resuming, training.safetensors (optimiser slots).
 */
import { z } from "zod";
import { ExportedModel } from "./exported-model.ts";
import { FileEntry } from "./file-entry.ts";
import { ModelConfig } from "./model-config.ts";
import { Metrics } from "./run-event.ts";
import { TrainingConfig } from "./training-config.ts";

export const CHECKPOINT_FORMAT = 1;

/** The checkpoint from which weights were taken over, and what was done to them. */
export const CheckpointOrigin = z.strictObject({
  name: z.string(),
  step: z.int().nonnegative(),
  change: z.string(),
});
export type CheckpointOrigin = z.infer<typeof CheckpointOrigin>;

export const CheckpointManifest = z.object({
  format: z.literal(CHECKPOINT_FORMAT),
  name: z.string(),
  createdAt: z.string(),
  step: z.int().nonnegative(),
  model: ModelConfig,
  training: TrainingConfig.optional(),
  files: z.record(z.string(), FileEntry),
  /** Everything that exact resume needs besides the tensors; opaque to readers. */
  resume: z
    .object({
      /** Position of the data stream: see `@performer/proteins` BatchPosition. */
      data: z.unknown(),
      /** Step of the last redraw of the projections. */
      lastRedraw: z.int(),
    })
    .optional(),
  metrics: z.object({ validation: Metrics.optional() }).default({}),
  /** The data that trained it: file names (no folders), sequences, residues. */
  data: z.object({ files: z.array(z.string()), sequences: z.int(), residues: z.int() }).optional(),
  /** Where the first weights come from, unless they were drawn. */
  origin: CheckpointOrigin.optional(),
  /** Of a model folder that `performer export` made: weights alone, rounded to float16. */
  exported: ExportedModel.optional(),
});
export type CheckpointManifest = z.infer<typeof CheckpointManifest>;
