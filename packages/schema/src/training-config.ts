/** How a run is trained. Defaults are the article's protein recipe unless a comment says otherwise. */
import { z } from "zod";
import { ModelConfig } from "./model-config.ts";

/** BERT's masking: `fraction` of residues is chosen; of these 80 % mask, 10 % random, 10 % kept. */
export const MaskingConfig = z.strictObject({
  fraction: z.number().gt(0).lte(1).default(0.15),
  maskShare: z.number().min(0).max(1).default(0.8),
  randomShare: z.number().min(0).max(1).default(0.1),
});
export type MaskingConfig = z.infer<typeof MaskingConfig>;

export const OptimizerConfig = z.strictObject({
  /** adamw: every parameter. muon: the kernels of the layers by Muon, all others by AdamW. */
  kind: z.enum(["adamw", "muon"]).default("adamw"),
  learningRate: z.number().positive().default(1e-3),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.98),
  epsilon: z.number().positive().default(1e-9),
  /** Of Muon's average of gradients; Jordan et al., 2024. */
  momentum: z.number().min(0).lt(1).default(0.95),
  weightDecay: z.number().min(0).default(0.1),
  /** Global norm above which gradients are scaled down. */
  gradientClip: z.number().positive().default(0.5),
  warmupSteps: z.int().min(0).default(100),
  schedule: z.enum(["constant", "cosine", "linear"]).default("cosine"),
  /** Learning rate at the last step, as a share of the peak. */
  finalShare: z.number().min(0).max(1).default(0.1),
});
export type OptimizerConfig = z.infer<typeof OptimizerConfig>;

export const DataConfig = z.strictObject({
  /** L, tokens a row, specials included. */
  sequenceLength: z.int().min(8).max(1_048_576).default(512),
  /** B, rows a step. */
  batchSize: z.int().min(1).max(4096).default(8),
  /** pad: one sequence a row, cropped at random to L. concatenate: eos-joined windows of L. */
  layout: z.enum(["pad", "concatenate"]).default("pad"),
  /** Records held by the shuffle buffer. */
  shuffleBuffer: z.int().min(1).max(1_000_000).default(4096),
});
export type DataConfig = z.infer<typeof DataConfig>;

export const TrainingConfig = z.strictObject({
  seed: z.int().min(0).max(0x7fffffff).default(0),
  steps: z.int().min(1),
  data: DataConfig.prefault({}),
  masking: MaskingConfig.prefault({}),
  optimizer: OptimizerConfig.prefault({}),
  evaluateEvery: z.int().min(1).default(200),
  /** Batches of the validation set in one evaluation; 0 takes all of it. */
  evaluationBatches: z.int().min(0).default(16),
  checkpointEvery: z.int().min(1).default(200),
  keepCheckpoints: z.int().min(1).default(2),
});
export type TrainingConfig = z.infer<typeof TrainingConfig>;

/** A configs/*.json file. */
export const RunConfig = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  description: z.string().optional(),
  model: ModelConfig,
  training: TrainingConfig,
});
export type RunConfig = z.infer<typeof RunConfig>;
