/**
 * A model for inference as TensorFlow graphs: hidden states and scores without tfjs kernels, several
 * times faster, and on TensorFlow's threads, so that the event loop stays free meanwhile.
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
import type { BatchEvaluator } from "../evaluate.ts";
import { assignModel, compileEvaluation, modelOn } from "./graph-model.ts";

export interface CompiledModel {
  readonly config: ModelConfig;
  /** In effect: float32 where bf16 was asked of a processor without it. */
  readonly precision: Precision;
  /**
   * Hidden states after the final layer norm, [B × L × E] row-major. A graph is compiled for each
   * length and bucket of rows, so pad to few lengths (`bucketLength`).
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
    async encode(batch) {
      const { tokens, paddingMask, rows, length } = batch;
      const shape = [bucketRows(rows), length];
      const size = bucketRows(rows) * length;
      const { hidden } = await encode({
        tokens: { type: "int32", shape, values: withZeros(tokens, size) },
        // added rows take no part
        paddingMask: { type: "float32", shape, values: withZeros(paddingMask, size) },
      });
      const values = hidden?.values as Float32Array;
      return values.subarray(0, rows * length * model.config.embeddingSize);
    },
    evaluateBatch: compileEvaluation(program, model),
    close: () => program.close(),
  };
}

/** 1, 2, 3, 4, 6, 8, 12, …: few shapes, and at most a third of the rows is added. */
function bucketRows(rows: number): number {
  const power = 2 ** Math.ceil(Math.log2(rows));
  return rows <= 0.75 * power && power > 2 ? 0.75 * power : power;
}

function withZeros<Values extends Int32Array | Float32Array>(values: Values, size: number): Values {
  if (values.length === size) return values;
  const whole = new (values.constructor as new (size: number) => Values)(size);
  whole.set(values);
  return whole;
}
