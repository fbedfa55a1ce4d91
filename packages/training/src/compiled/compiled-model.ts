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
  openProgram,
  type Precision,
  type ProgramOptions,
} from "@performer/tensorflow/compiled";
import type * as tf from "@tensorflow/tfjs-core";
import pLimit from "p-limit";
import type { BatchEvaluator } from "../evaluation/evaluate-batches.ts";
import type { NamedTensors } from "../optimizer/transform.ts";
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
  const { embeddingSize, vocabularySize } = model.config;
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

interface OutputOptions {
  readonly names: readonly string[];
  readonly width: number;
  readonly lanes: Lanes;
}

/** Each output of `names` for the whole batch, [B × L × width], in runs of few rows. */
async function runInParts(
  forward: CompiledForward,
  { tokens, paddingMask, rows, length }: CollatedSequences,
  { names, width, lanes }: OutputOptions,
): Promise<Float32Array[]> {
  const results = names.map(() => new Float32Array(rows * length * width));
  const compute = async (run: Run) => {
    const shape = [run.rows, length];
    const [start, size] = [run.first * length, run.rows * length];
    const outputs = await forward({
      tokens: { type: "int32", shape, values: window(tokens, start, size) },
      // the rows that fill the last run up take no part
      paddingMask: { type: "float32", shape, values: window(paddingMask, start, size) },
    });
    const offset = start * width;
    for (const [index, whole] of results.entries()) {
      const values = outputs[names[index] as string]?.values as Float32Array;
      whole.set(values.subarray(0, whole.length - offset), offset);
    }
  };
  const lane = length > MANY_TOKENS ? lanes.long : lanes.short;
  await lane.map(runsOf(rows, length), compute);
  return results;
}

/** Tokens of a run: with fewer, most of the time goes to the nodes themselves. */
const FEW_TOKENS = 256;
/** With so many a token takes two thirds of the time; with more, memory alone grows. */
const MANY_TOKENS = 1280;

/**
 * Runs of a model at a time, whoever asks: while the threads of one wait for the last of them, the other
 * computes. Long rows keep the threads busy by themselves, and two would take twice the memory.
 */
const createLanes = () => ({ short: pLimit(2), long: pLimit(1) });
type Lanes = ReturnType<typeof createLanes>;

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
