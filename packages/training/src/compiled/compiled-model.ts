/**
 * A model for inference as TensorFlow graphs, which run on TensorFlow's threads: the event loop stays
 * free. A graph takes 0.2 s to compile, so it pays for a server or a file, not for one sequence.
 */
import { applyModel, type PerformerModel } from "@performer/performer";
import type { CollatedSequences } from "@performer/proteins";
import type { ModelConfig } from "@performer/schema";
import {
  type CompiledForward,
  compileForward,
  type GraphContext,
  type NodeTime,
  openProgram,
  type Precision,
  type ProgramOptions,
} from "@performer/tensorflow/compiled";
import type * as tf from "@tensorflow/tfjs-core";
import type { BatchEvaluator } from "../evaluation/evaluate-batches.ts";
import type { NamedTensors } from "../optimizer/transform.ts";
import { createLanes, inputsOf, runInParts } from "./batch-runs.ts";
import { assignModel, compileEvaluation, modelOn } from "./graph-model.ts";

export interface CompiledModel {
  readonly config: ModelConfig;
  /** In effect: float32 where bf16 was asked of a processor without it. */
  readonly precision: Precision;
  /**
   * Hidden states after so many layers, for each of `layers` [B × L × E] row-major, in one pass; behind all
   * of the model's stands the final layer norm. A graph is compiled for each length and set of layers, so
   * pad to few lengths (`bucketLength`).
   */
  encode(batch: CollatedSequences, layers: readonly number[]): Promise<Float32Array[]>;
  /** Of one run of `encode`, for all layers and all rows at once: how long each node of its graph took. */
  profile(batch: CollatedSequences): Promise<NodeTime[]>;
  /** Scores of every token, [B × L × V] row-major, in the same way. */
  logits(batch: CollatedSequences): Promise<Float32Array>;
  readonly evaluateBatch: BatchEvaluator;
  /** Waits for running batches and frees the weights. */
  close(): Promise<void>;
}

export interface CompileModelOptions
  extends Pick<ProgramOptions, "libraries" | "precision" | "threads"> {
  /** Copied; it stays the caller's. */
  readonly model: PerformerModel;
}

export async function compileModel(options: CompileModelOptions): Promise<CompiledModel> {
  const program = openProgram(options);
  const model = await assignModel(program, options.model);
  const applied = (inputs: NamedTensors, { variables }: GraphContext, depth?: number) => {
    const { tokens, paddingMask } = inputs as Record<"tokens" | "paddingMask", tf.Tensor2D>;
    return applyModel(modelOn(model, variables), { tokens, paddingMask }, { depth });
  };
  const { embeddingSize, numLayers, vocabularySize } = model.config;
  const lanes = createLanes();
  const logits = compileForward(program, "logits", (inputs, context) => {
    return { logits: applied(inputs, context).logits };
  });
  const encoders = new Map<string, CompiledForward>();
  const encoderOf = (layers: readonly number[]) => {
    const name = `encode_${layers.join("_")}`;
    const known =
      encoders.get(name) ??
      // equal nodes are one: what the layers have in common is computed once
      compileForward(program, name, (inputs, context) =>
        Object.fromEntries(
          layers.map((layer) => [layerName(layer), applied(inputs, context, layer).hidden]),
        ),
      );
    encoders.set(name, known);
    return known;
  };
  return {
    config: model.config,
    precision: program.precision,
    encode: (batch, layers) =>
      runInParts(encoderOf(layers), batch, {
        names: layers.map(layerName),
        width: embeddingSize,
        lanes,
      }),
    profile: (batch) => encoderOf([numLayers]).profile(inputsOf(batch)),
    async logits(batch) {
      const [scores] = await runInParts(logits, batch, {
        names: ["logits"],
        width: vocabularySize,
        lanes,
      });
      return scores as Float32Array;
    },
    evaluateBatch: compileEvaluation(program, model),
    close: () => program.close(),
  };
}

const layerName = (layer: number) => `layer_${layer}`;
