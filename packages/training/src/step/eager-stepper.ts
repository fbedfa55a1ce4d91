/**
 * The stepper that runs op by op on whatever tfjs backend is set: the reference for every other one,
 * and slower than a compiled graph. It owns tensors, and a step replaces them all.
 */
import {
  disposeModel,
  flattenTree,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import * as tf from "@tensorflow/tfjs-core";
import { evaluateBatch } from "../evaluation/evaluate-batches.ts";
import { sumsOf } from "../metrics.ts";
import type { GradientTransform, OptimizerState } from "../optimizer/transform.ts";
import { trainedOf, trainStep } from "./train-step.ts";
import type { TrainStepper } from "./train-stepper.ts";

export interface EagerStepperOptions {
  /** Taken over, with its tensors. */
  readonly model: PerformerModel;
  readonly optimizer: GradientTransform;
  /** Slots to go on from; taken over. Default: those of a first step. */
  readonly optimizerState?: OptimizerState | undefined;
}

export function createEagerStepper(options: EagerStepperOptions): TrainStepper {
  const { optimizer } = options;
  let model = options.model;
  let state = options.optimizerState ?? optimizer.init(trainedOf(flattenTree(model.parameters)));

  return {
    async step(batch, context) {
      const result = trainStep(model, optimizer, state, batch, context);
      tf.dispose([flattenTree(model.parameters), state]);
      model = { ...model, parameters: unflattenTree(result.parameters) };
      state = result.optimizerState;
      const numbers = await result.numbers.data();
      result.numbers.dispose();
      return { sums: sumsOf(numbers), gradientNorm: numbers[3] ?? Number.NaN };
    },
    evaluateBatch: (batch) => evaluateBatch(model, batch),
    readModel: async () => model,
    readOptimizerState: async () => state,
    redraw(projections) {
      tf.dispose([...model.projections]);
      model = { ...model, projections };
    },
    dispose() {
      disposeModel(model);
      tf.dispose(state);
    },
  };
}
