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
  openProgram,
  type Precision,
  type ProgramOptions,
} from "@performer/tensorflow/compiled";
import type * as tf from "@tensorflow/tfjs-core";
import type { BatchEvaluator } from "../evaluation/evaluate-batches.ts";
import { assignModel, compileEvaluation, modelOn } from "./graph-model.ts";

export interface CompiledModel {
  readonly config: ModelConfig;
  /** In effect: float32 where bf16 was asked of a processor without it. */
  readonly precision: Precision;
  /**
   * Hidden states after the final layer norm, or after the first `layer` layers, [B × L × E] row-major,
   * in runs of few rows. A graph is compiled for each length, so pad to few lengths (`bucketLength`).
   */
  encode(batch: CollatedSequences, options?: { layer?: number | undefined }): Promise<Float32Array>;
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
  const compile = (name: string, pick: "hidden" | "logits", depth?: number) =>
    compileForward(program, name, (inputs, { variables }) => {
      const { tokens, paddingMask } = inputs as Record<"tokens" | "paddingMask", tf.Tensor2D>;
      const outputs = applyModel(modelOn(model, variables), { tokens, paddingMask }, { depth });
      return { [OUTPUT]: outputs[pick] };
    });
  const { embeddingSize, numLayers, vocabularySize } = model.config;
  const logits = compile("logits", "logits");
  const encoders = new Map<number, CompiledForward>();
  const encoderOf = (layer: number) => {
    const known = encoders.get(layer) ?? compile(`encode_${layer}`, "hidden", layer);
    encoders.set(layer, known);
    return known;
  };
  return {
    config: model.config,
    precision: program.precision,
    encode: (batch, { layer = numLayers } = {}) =>
      runInParts(encoderOf(layer), batch, embeddingSize),
    logits: (batch) => runInParts(logits, batch, vocabularySize),
    evaluateBatch: compileEvaluation(program, model),
    close: () => program.close(),
  };
}

const OUTPUT = "output";

/** [B × L × width] of a batch, in runs of few rows. */
async function runInParts(
  forward: CompiledForward,
  { tokens, paddingMask, rows, length }: CollatedSequences,
  width: number,
): Promise<Float32Array> {
  const results = new Float32Array(rows * length * width);
  const runRows = rowsOfRun(length);
  const shape = [runRows, length];
  const size = runRows * length;
  for (let start = 0; start < tokens.length; start += size) {
    const { [OUTPUT]: output } = await forward({
      tokens: { type: "int32", shape, values: window(tokens, start, size) },
      // the rows that fill the last run up take no part
      paddingMask: { type: "float32", shape, values: window(paddingMask, start, size) },
    });
    const values = output?.values as Float32Array;
    const offset = start * width;
    results.set(values.subarray(0, results.length - offset), offset);
  }
  return results;
}

/** Tokens of one run: with fewer, most of the time goes to the nodes themselves. */
const RUN_TOKENS = 256;

/**
 * One shape a length: compiling another one for each number of rows (0.2 s each for the demo model)
 * took longer than embedding a thousand proteins.
 */
function rowsOfRun(length: number): number {
  return Math.max(1, Math.floor(RUN_TOKENS / length));
}

/** `size` values from `start` on, zeros past the end. */
function window<Values extends Int32Array | Float32Array>(
  values: Values,
  start: number,
  size: number,
): Values {
  const part = values.slice(start, start + size) as Values;
  if (part.length === size) return part;
  const whole = new (values.constructor as new (size: number) => Values)(size);
  whole.set(part);
  return whole;
}
