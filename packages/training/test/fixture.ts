/** A small run without files: config, model, and batches that depend on nothing but their number. */
import { initModel, type PerformerModel } from "@performer/performer";
import type { BatchPosition, TrainingBatch } from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";
import { type ModelConfigInput, RunConfig } from "@performer/schema";

export interface TinyOptions {
  readonly steps?: number;
  readonly dropout?: number;
  readonly redrawEvery?: number;
  /** In place of FAVOR+ with 8 ReLU features, both ways. */
  readonly model?: Partial<ModelConfigInput>;
  readonly training?: object;
}

export function tinyConfig(options: TinyOptions = {}): RunConfig {
  const { steps = 8, dropout = 0.1, redrawEvery = 3, model = {}, training = {} } = options;
  return RunConfig.parse({
    name: "tiny",
    model: {
      maxLength: 12,
      embeddingSize: 8,
      numHeads: 2,
      numLayers: 2,
      feedForwardSize: 16,
      attention: { mechanism: "favor", numFeatures: 8, redrawEvery },
      dropout,
      ...model,
    },
    training: {
      steps,
      data: { sequenceLength: 12, batchSize: 2 },
      optimizer: { learningRate: 0.01, warmupSteps: 2 },
      evaluateEvery: 4,
      checkpointEvery: 4,
      ...training,
    },
  });
}

export function tinyModel(config: RunConfig): PerformerModel {
  return initModel(config.model, randomKey(config.training.seed));
}

/** Batch `index`: random residues, one in four masked; the second row is one third padding. */
export function tinyBatch(config: RunConfig, index: number): TrainingBatch {
  const { batchSize: rows, sequenceLength: length } = config.training.data;
  const stream = createStream(splitKey(randomKey(99), "batch", index));
  const targets = Int32Array.from({ length: rows * length }, () => stream.integer(20));
  const paddingMask = Float32Array.from(targets, (_, i) =>
    i >= rows * length - length / 3 ? 0 : 1,
  );
  const lossMask = paddingMask.map((takesPart, i) => (i % 4 === 0 ? takesPart : 0));
  const inputs = targets.map((target, i) =>
    lossMask[i] === 1 && i % 8 === 0 ? 28 : paddingMask[i] === 1 ? target : 27,
  );
  // half of the learned positions show their target, so that the two masks can be told apart
  const scoreMask = lossMask.map((learned, i) => (i % 8 === 0 ? learned : 0));
  return { inputs, targets, lossMask, scoreMask, paddingMask, rows, length, epoch: 0 };
}

/** Endless, from the batch after `position`. */
export async function* tinyBatches(config: RunConfig, taken = 0) {
  for (let index = taken; ; index++) {
    const position: BatchPosition = { epoch: 0, rowsTaken: 2 * (index + 1), batches: index + 1 };
    yield { batch: tinyBatch(config, index), position };
  }
}

export async function* tinyEvaluation(config: RunConfig) {
  for (const index of [1000, 1001, 1002]) yield tinyBatch(config, index);
}
