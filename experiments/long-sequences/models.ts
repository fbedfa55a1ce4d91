/** The model and the training of both sides; the window alone and the attention differ. */
import type { ModelConfigInput } from "@performer/schema";
import { CONTENDERS, type TrainingInput } from "../training/models.ts";
import type { MemoryPoint } from "./result.ts";

/**
 * 0.8 million parameters. Rotary positions, since a table of 8192 rows would see each of its rows once a step
 * and sinusoidal ones hold a model of this size on the frequencies of residues (docs/experiments.md);
 * token shift for the same reason.
 */
export function longModel(attention: MemoryPoint["attention"], window: number): ModelConfigInput {
  return {
    embeddingSize: 128,
    numHeads: 8,
    numLayers: 4,
    feedForwardSize: 512,
    maxLength: window,
    positions: "rotary",
    tokenShift: true,
    direction: "causal",
    attention: CONTENDERS[attention].attention,
  };
}

export interface LongRecipe {
  readonly tokens: number;
  readonly window: number;
  readonly steps: number;
  readonly evaluateEvery: number;
  readonly seed: number;
}

export function longTraining(recipe: LongRecipe): TrainingInput {
  const { tokens, window, steps, evaluateEvery, seed } = recipe;
  return {
    steps,
    seed,
    data: {
      sequenceLength: window,
      batchSize: tokens / window,
      layout: "concatenate",
      shuffleBuffer: 4096,
    },
    optimizer: { learningRate: 2e-3, warmupSteps: 20, schedule: "cosine" },
    evaluateEvery,
    evaluationBatches: 0,
    checkpointEvery: evaluateEvery,
    keepCheckpoints: 1,
  };
}
