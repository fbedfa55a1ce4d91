/** One update as a pure function: model, slots and batch in; new parameters, slots and numbers out. */
import {
  applyModel,
  crossEntropy,
  flattenTree,
  isTrained,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import * as tf from "@tensorflow/tfjs-core";
import { globalNorm } from "../optimizer/gradient-clip.ts";
import {
  type GradientTransform,
  mapTensors,
  type NamedTensors,
  type OptimizerState,
  tensorNamed,
} from "../optimizer/transform.ts";
import type { StepContext } from "./train-stepper.ts";

export interface TrainStepResult {
  readonly parameters: NamedTensors;
  readonly optimizerState: OptimizerState;
  /**
   * [4]: loss sum (nats), weight sum and correct sum over the scored positions, gradient norm.
   * One tensor, so that one read fetches all.
   */
  readonly numbers: tf.Tensor1D;
}

/**
 * The loss is the mean over `lossMask`; the sums that are reported are over `scoreMask`. The inputs stay alive; everything else that was
 * allocated is in the result.
 */
export function trainStep(
  model: PerformerModel,
  optimizer: GradientTransform,
  optimizerState: OptimizerState,
  batch: TrainingBatch,
  context: StepContext,
): TrainStepResult {
  return tf.tidy(() => {
    const all = flattenTree(model.parameters);
    const parameters = trainedOf(all);
    const { gradients, sums } = lossGradients(model, parameters, batch, context);
    const gradientNorm = globalNorm(gradients);
    const { updates, state } = optimizer.update(gradients, optimizerState, {
      parameters,
      step: context.step,
      learningRate: context.learningRate,
      gradientNorm,
    });
    const numbers = tf.concat1d([sums, tf.reshape(gradientNorm, [1])]);
    sums.dispose();
    return {
      parameters: mapTensors(all, (parameter, name) =>
        isTrained(name) ? tf.add(parameter, tensorNamed(updates, name)) : tf.clone(parameter),
      ),
      optimizerState: state,
      numbers,
    };
  });
}

/** The parameters that an optimiser moves. */
export function trainedOf(parameters: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => isTrained(name)));
}

/** @returns a gradient for every parameter; loss, weight and correct sums [3], kept: for the caller to free. */
function lossGradients(
  model: PerformerModel,
  parameters: NamedTensors,
  batch: TrainingBatch,
  { dropoutKey }: StepContext,
): { gradients: NamedTensors; sums: tf.Tensor1D } {
  const shape: [number, number] = [batch.rows, batch.length];
  const tokens = tf.tensor2d(batch.inputs, shape, "int32");
  const paddingMask = tf.tensor2d(batch.paddingMask, shape);
  const targets = tf.tensor2d(batch.targets, shape, "int32");
  const lossMask = tf.tensor2d(batch.lossMask, shape);
  const scoreMask = tf.tensor2d(batch.scoreMask, shape);

  let sums: tf.Tensor1D | undefined;
  const names = Object.keys(parameters);
  const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const traced = Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
    const { logits } = applyModel(
      { ...model, parameters: unflattenTree({ ...flattenTree(model.parameters), ...traced }) },
      { tokens, paddingMask },
      { dropoutKey },
    );
    const learned = crossEntropy(logits, targets, lossMask);
    const scored = crossEntropy(logits, targets, scoreMask);
    // valueAndGrads gives back one scalar and tidies the rest away, hence the side door
    sums = tf.keep(tf.stack([scored.lossSum, scored.weightSum, scored.correctSum]) as tf.Tensor1D);
    return tf.div(learned.lossSum, tf.maximum(learned.weightSum, 1)) as tf.Scalar;
  })(Object.values(parameters));

  const gradients = Object.fromEntries(names.map((name, i) => [name, grads[i]]));
  const missing = names.filter((name) => gradients[name] === undefined || gradients[name] === null);
  if (sums === undefined || missing.length > 0) {
    throw new Error(
      `trainStep: expected a gradient for every parameter, got none for ${missing.join(", ")}; parameters must take part in the loss`,
    );
  }
  return { gradients: gradients as NamedTensors, sums };
}
