/**
 * The model inside a TensorFlow program: its tensors as variables, and applied on them while a graph
 * is traced. The names are those of a checkpoint, "layers/0/…" and "projections/0".
 */

import { namedProjections } from "@performer/checkpoint";
import {
  applyModel,
  crossEntropy,
  type DropoutMask,
  flattenTree,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import { randomKey } from "@performer/random";
import {
  compileForward,
  type GraphContext,
  type HostTensor,
  type Program,
} from "@performer/tensorflow/compiled";
import * as tf from "@tensorflow/tfjs-core";
import type { BatchEvaluator } from "../evaluation/evaluate-batches.ts";
import { sumsOf } from "../metrics.ts";
import type { NamedTensors } from "../optimizer/transform.ts";

const DROPOUT_KEY = randomKey(0);

/** What the graph needs of the model: names and config, no tensor. */
export interface GraphModel {
  readonly config: PerformerModel["config"];
  readonly parameters: readonly string[];
  readonly projections: readonly string[];
}

/** Copies the model's tensors into the program's variables. */
export async function assignModel(program: Program, model: PerformerModel): Promise<GraphModel> {
  const parameters = flattenTree(model.parameters);
  const projections = namedProjections(model.projections);
  await program.variables.assign(await toHosts({ ...parameters, ...projections }));
  return {
    config: model.config,
    parameters: Object.keys(parameters),
    projections: Object.keys(projections),
  };
}

/** The model on `tensors` by name. */
export function modelOn(model: GraphModel, tensors: NamedTensors): PerformerModel {
  const pick = (name: string) => tensors[name] as tf.Tensor;
  return {
    config: model.config,
    parameters: unflattenTree(
      Object.fromEntries(model.parameters.map((name) => [name, pick(name)])),
    ),
    projections: model.projections.map((name) => pick(name) as tf.Tensor2D),
  };
}

export interface LearnedAndScored {
  /** Over what is learned: the loss that is minimised is their quotient. */
  readonly learned: { readonly lossSum: tf.Scalar; readonly weightSum: tf.Scalar };
  /** [3] over what is scored: loss, weight, correct. */
  readonly sums: tf.Tensor1D;
}

/** Loss and metric sums of a batch with the inputs of `batchInputs`. */
export function lossOf(
  model: GraphModel,
  inputs: NamedTensors,
  { variables, uniform, after }: GraphContext,
  purpose: "training" | "evaluation",
): LearnedAndScored {
  const { tokens, targets, lossMask, scoreMask, paddingMask } = inputs as Record<
    keyof ReturnType<typeof batchInputs>,
    tf.Tensor2D
  >;
  const dropoutMask: DropoutMask = (x, rate, stream) =>
    tf.div(
      tf.cast(tf.greaterEqual(uniform(x.shape, { stream, after: x }), rate), "float32"),
      1 - rate,
    );
  const { logits } = applyModel(
    modelOn(model, variables),
    { tokens, paddingMask },
    // the key is the same at every step: what differs is the step's seed, to which the graph adds it
    purpose === "training" ? { dropoutKey: DROPOUT_KEY, dropoutMask, after } : {},
  );
  const learned = crossEntropy(logits, targets, lossMask);
  const scored = crossEntropy(logits, targets, scoreMask);
  return {
    learned,
    sums: tf.stack([scored.lossSum, scored.weightSum, scored.correctSum]) as tf.Tensor1D,
  };
}

/** Scores batches under the variables as they stand, without dropout. */
export function compileEvaluation(program: Program, model: GraphModel): BatchEvaluator {
  const evaluate = compileForward(program, "evaluate", (inputs, context) => ({
    sums: lossOf(model, inputs, context, "evaluation").sums,
  }));
  return async (batch) => {
    const { sums } = await evaluate(batchInputs(batch));
    return sumsOf(sums?.values as Float32Array);
  };
}

export function batchInputs(batch: TrainingBatch) {
  const shape = [batch.rows, batch.length];
  return {
    tokens: { type: "int32", shape, values: batch.inputs },
    targets: { type: "int32", shape, values: batch.targets },
    lossMask: { type: "float32", shape, values: batch.lossMask },
    scoreMask: { type: "float32", shape, values: batch.scoreMask },
    paddingMask: { type: "float32", shape, values: batch.paddingMask },
  } satisfies Record<string, HostTensor>;
}

export async function toHosts(tensors: NamedTensors): Promise<Record<string, HostTensor>> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => {
    const host: HostTensor = {
      type: "float32",
      shape: tensor.shape,
      values: (await tensor.data()) as Float32Array,
    };
    return [name, host] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
