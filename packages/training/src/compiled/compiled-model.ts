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
  const runs = runsOf(rows, length).values();
  const compute = async () => {
    // shared by the lanes: each takes the next run as soon as it is free
    for (const run of runs) {
      const shape = [run.rows, length];
      const [start, size] = [run.first * length, run.rows * length];
      const { [OUTPUT]: output } = await forward({
        tokens: { type: "int32", shape, values: window(tokens, start, size) },
        // the rows that fill the last run up take no part
        paddingMask: { type: "float32", shape, values: window(paddingMask, start, size) },
      });
      const values = output?.values as Float32Array;
      const offset = start * width;
      results.set(values.subarray(0, results.length - offset), offset);
    }
  };
  await Promise.all(Array.from({ length: length > MANY_TOKENS ? 1 : LANES }, compute));
  return results;
}

/** Tokens of a run: with fewer, most of the time goes to the nodes themselves. */
const FEW_TOKENS = 256;
/** With so many a token takes two thirds of the time; with more, memory alone grows. */
const MANY_TOKENS = 1280;

/**
 * Runs at a time: while the threads of one wait for the last of them, the other computes. Long rows keep
 * the threads busy by themselves, and two would take twice the memory.
 */
const LANES = 2;

interface Run {
  readonly first: number;
  readonly rows: number;
}

/**
 * Two shapes a length, and the larger one for batches that fill it: compiling another one for each
 * number of rows (0.3 s each) took longer than embedding a thousand proteins. What a row is computed
 * with is settled by its batch alone, so a resumed file has the bytes of one written in one go.
 */
function runsOf(rows: number, length: number): Run[] {
  const [few, many] = [FEW_TOKENS, MANY_TOKENS].map((tokens) =>
    Math.max(1, Math.floor(tokens / length)),
  ) as [number, number];
  const runs: Run[] = [];
  for (let first = 0; first < rows; ) {
    const run = { first, rows: rows - first < many ? few : many };
    runs.push(run);
    first += run.rows;
  }
  return runs;
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
