/** Evaluation: the model as it is, without dropout, over a fixed set of batches. */
import { applyModel, crossEntropy, type PerformerModel } from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import type { Metrics } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { yieldToEventLoop } from "../event-loop.ts";
import { addSums, type MetricSums, metricsOf, NO_SUMS, sumsOf } from "../metrics.ts";

export interface EvaluateOptions {
  /** Stops after this many batches. Default: all. */
  readonly maxBatches?: number;
}

type Batches = AsyncIterable<TrainingBatch> | Iterable<TrainingBatch>;

/** Sums over the scored positions of one batch: an eager model's, or a compiled graph's. */
export type BatchEvaluator = (batch: TrainingBatch) => Promise<MetricSums>;

/** `evaluateBatches` of a model, operation by operation on the tfjs backend that is set. */
export function evaluateModel(
  model: PerformerModel,
  batches: Batches,
  options: EvaluateOptions = {},
): Promise<Metrics> {
  return evaluateBatches((batch) => evaluateBatch(model, batch), batches, options);
}

/**
 * Loss, perplexity and accuracy over all scored positions: sums over all batches first, means after.
 * @throws {Error} where no position was scored.
 */
export async function evaluateBatches(
  evaluate: BatchEvaluator,
  batches: Batches,
  options: EvaluateOptions = {},
): Promise<Metrics> {
  const sums = await sumBatches(evaluate, batches, options);
  if (sums.weightSum === 0) {
    throw new Error(
      "evaluateBatches: expected scored positions, got none; is the validation set empty?",
    );
  }
  return metricsOf(sums);
}

/** The sums alone, which may be of nothing. */
export async function sumBatches(
  evaluate: BatchEvaluator,
  batches: Batches,
  { maxBatches = Number.POSITIVE_INFINITY }: EvaluateOptions = {},
): Promise<MetricSums> {
  let sums = NO_SUMS;
  let taken = 0;
  for await (const batch of batches) {
    sums = addSums(sums, await evaluate(batch));
    taken += 1;
    if (taken >= maxBatches) break;
    await yieldToEventLoop();
  }
  return sums;
}

/** Sums of one batch under `model`, without dropout. */
export async function evaluateBatch(
  model: PerformerModel,
  batch: TrainingBatch,
): Promise<MetricSums> {
  const numbers = tf.tidy(() => {
    const shape: [number, number] = [batch.rows, batch.length];
    const { logits } = applyModel(model, {
      tokens: tf.tensor2d(batch.inputs, shape, "int32"),
      paddingMask: tf.tensor2d(batch.paddingMask, shape),
    });
    const { lossSum, weightSum, correctSum } = crossEntropy(
      logits,
      tf.tensor2d(batch.targets, shape, "int32"),
      tf.tensor2d(batch.scoreMask, shape),
    );
    return tf.stack([lossSum, weightSum, correctSum]);
  });
  try {
    return sumsOf(await numbers.data());
  } finally {
    numbers.dispose();
  }
}
