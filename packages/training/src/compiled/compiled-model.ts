/**
 * A model for inference as TensorFlow graphs, which run on TensorFlow's threads: the event loop stays
 * free. A graph takes 0.2 s to compile, so it pays for a server or a file, not for one sequence.
 */
import { applyModel, type PerformerModel } from "@performer/performer";
import type { CollatedSequences } from "@performer/proteins";
import type { ModelConfig } from "@performer/schema";
import {
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
   * Hidden states after the final layer norm, [B × L × E] row-major, in runs of few rows. A graph is
   * compiled for each length, so pad to few lengths (`bucketLength`).
   */
  encode(batch: CollatedSequences): Promise<Float32Array>;
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
  const encode = compileForward(program, "encode", (inputs, { variables }) => {
    const { tokens, paddingMask } = inputs as Record<"tokens" | "paddingMask", tf.Tensor2D>;
    return { hidden: applyModel(modelOn(model, variables), { tokens, paddingMask }).hidden };
  });
  return {
    config: model.config,
    precision: program.precision,
    async encode({ tokens, paddingMask, rows, length }) {
      const { embeddingSize } = model.config;
      const states = new Float32Array(rows * length * embeddingSize);
      const runRows = rowsOfRun(length);
      const shape = [runRows, length];
      const size = runRows * length;
      for (let start = 0; start < tokens.length; start += size) {
        const { hidden } = await encode({
          tokens: { type: "int32", shape, values: window(tokens, start, size) },
          // the rows that fill the last run up take no part
          paddingMask: { type: "float32", shape, values: window(paddingMask, start, size) },
        });
        const values = hidden?.values as Float32Array;
        const offset = start * embeddingSize;
        states.set(values.subarray(0, states.length - offset), offset);
      }
      return states;
    },
    evaluateBatch: compileEvaluation(program, model),
    close: () => program.close(),
  };
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
