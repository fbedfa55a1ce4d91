/** The models of the training experiments: one size, one recipe, and only the attention differs. */
import type { ModelConfigInput, RunConfig } from "@performer/schema";
import { z } from "zod";

export type Direction = "causal" | "bidirectional";
export const DIRECTIONS = ["causal", "bidirectional"] as const satisfies readonly Direction[];

export interface Contender {
  readonly title: string;
  readonly attention: ModelConfigInput["attention"];
  /** Those in which the mechanism is defined. */
  readonly directions: readonly Direction[];
}

const contenders = {
  transformer: { title: "Transformer", attention: { mechanism: "exact" }, directions: DIRECTIONS },
  "performer-relu": {
    title: "Performer-ReLU",
    attention: { mechanism: "favor", featureMap: { kind: "relu" }, numFeatures: 64 },
    directions: DIRECTIONS,
  },
  "performer-softmax": {
    title: "Performer-softmax",
    attention: { mechanism: "favor", featureMap: { kind: "softmax-positive" }, numFeatures: 64 },
    directions: DIRECTIONS,
  },
  lsh: {
    title: "Reformer (LSH)",
    attention: { mechanism: "lsh", bucketSize: 32, numHashes: 2 },
    directions: DIRECTIONS,
  },
  linformer: {
    title: "Linformer",
    attention: { mechanism: "linformer", rank: 64 },
    directions: ["bidirectional"],
  },
} satisfies Record<string, Contender>;

export const ContenderName = z.enum(
  Object.keys(contenders) as [keyof typeof contenders, ...(keyof typeof contenders)[]],
);
export type ContenderName = z.infer<typeof ContenderName>;

/**
 * Titles as in the article's figure. M = 64 features for heads of 16. LSH: 16 buckets of 256 positions,
 * a chunk of 64 sorted positions and the one before are seen, in each of 2 rounds. Linformer: 256
 * positions mixed into 64, which adds matrices of 32,768 parameters a layer; it has no causal form.
 */
export const CONTENDERS: Readonly<Record<ContenderName, Contender>> = contenders;

/**
 * 0.17 million parameters, small enough for many runs on two cores. Learned positions: beside sinusoidal
 * ones, whose amplitude is three times that of a fresh token table, the first million tokens pass before
 * a model of this kind predicts better than the frequencies of residues (docs/experiments.md).
 */
const SIZE = {
  embeddingSize: 64,
  numHeads: 4,
  numLayers: 3,
  feedForwardSize: 256,
  maxLength: 256,
  positions: "learned",
} as const;

export function modelOf(contender: ContenderName, direction: Direction): ModelConfigInput {
  const { attention } = CONTENDERS[contender];
  return { ...SIZE, direction, attention };
}

export interface Recipe {
  readonly steps: number;
  readonly seed: number;
  readonly evaluateEvery: number;
}

/** Tokens of a step, padding included: 16 rows of 256. */
export const TOKENS_PER_STEP = 16 * 256;

/** The schedule ends with the last step. */
export function trainingOf({ steps, seed, evaluateEvery }: Recipe): TrainingInput {
  return {
    steps,
    seed,
    data: { sequenceLength: 256, batchSize: 16, layout: "pad", shuffleBuffer: 4096 },
    optimizer: { learningRate: 3e-3, warmupSteps: 50, schedule: "cosine" },
    evaluateEvery,
    evaluationBatches: 0,
    checkpointEvery: 80,
    keepCheckpoints: 1,
  };
}

export type TrainingInput = z.input<typeof RunConfig>["training"];
