/** A small model of each mechanism, a batch, and its gradients both ways: compiled and eager. */
import {
  type ApplyOptions,
  applyModel,
  crossEntropy,
  flattenTree,
  initModel,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import { createStream, randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import {
  compileTrainStep,
  type GraphContext,
  type HostTensor,
  openProgram,
  type Precision,
  type Program,
  type ProgramOptions,
} from "../../src/compiled.ts";
import { toHost } from "./host.ts";
import { libraries } from "./libraries.ts";

/** L of the cases that do not say otherwise. */
const LENGTH = 40;
export const MECHANISMS = {
  relu: { mechanism: "favor", featureMap: { kind: "relu" }, numFeatures: 72, chunkSize: 16 },
  softmax: {
    mechanism: "favor",
    featureMap: { kind: "softmax-positive" },
    numFeatures: 72,
    chunkSize: 16,
  },
  "relu-and-local": {
    mechanism: "favor",
    featureMap: { kind: "relu" },
    numFeatures: 72,
    chunkSize: 16,
    localHeads: 1,
    localWindow: 12,
  },
  exact: { mechanism: "exact" },
  identity: { mechanism: "identity" },
  local: { mechanism: "local", window: 12 },
  sparse: { mechanism: "sparse", window: 12, numGlobal: 3, numRandom: 2 },
  lsh: { mechanism: "lsh", bucketSize: 4, numHashes: 2 },
  linformer: { mechanism: "linformer", rank: 9 },
} as const;

export const DIRECTIONS = ["bidirectional", "causal"] as const;
/** Linformer mixes all positions before it attends: it has no causal form. */
export const hasForm = (name: string, direction: (typeof DIRECTIONS)[number]) =>
  !(name === "linformer" && direction === "causal");
export function createModel({
  seed = 4,
  ...choice
}: Record<string, unknown> & { seed?: number }): PerformerModel {
  const config = ModelConfig.parse({
    numLayers: 2,
    maxLength: LENGTH,
    ...choice,
    embeddingSize: 32,
    numHeads: 2,
    feedForwardSize: 48,
  });
  return initModel(config, randomKey(seed));
}

/** Rows of different length; the loss on some of the positions that are no padding. */
export function drawBatch(
  L = LENGTH,
): Record<"tokens" | "targets" | "paddingMask" | "lossMask", HostTensor> {
  const B = 3;
  const stream = createStream(randomKey(5));
  const ids = (): HostTensor => ({
    type: "int32",
    shape: [B, L],
    values: Int32Array.from({ length: B * L }, () => stream.integer(29)),
  });
  const padding = Float32Array.from({ length: B * L }, (_, i) =>
    Number(i % L < L - 7 * Math.floor(i / L)),
  );
  const loss = padding.map((value) => value * Number(stream.uniform() < 0.5));
  const mask = (values: Float32Array): HostTensor => ({ type: "float32", shape: [B, L], values });
  return { tokens: ids(), targets: ids(), paddingMask: mask(padding), lossMask: mask(loss) };
}

type Named = Readonly<Record<string, tf.Tensor>>;

export const projectionsOf = (model: PerformerModel): Named =>
  Object.fromEntries(
    model.projections.map((projection, layer) => [`projections/${layer}`, projection]),
  );

export const hosts = (tensors: Named) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toHost(tensor)]));

export const toTensor = ({ values, shape, type }: HostTensor) =>
  tf.tensor<tf.Rank.R2>(values as Float32Array, [...shape] as [number, number], type as "float32");

export async function openWith(
  model: PerformerModel,
  precision: Precision,
  options: Partial<ProgramOptions> = {},
): Promise<Program> {
  const program = openProgram({ libraries, precision, ...options });
  await program.variables.assign(
    hosts({ ...flattenTree(model.parameters), ...projectionsOf(model) }),
  );
  return program;
}

/** `model` on other tensors. */
export function modelOf(model: PerformerModel, tensors: Named): PerformerModel {
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, tensors[name] as tf.Tensor]));
  return {
    config: model.config,
    parameters: unflattenTree(pick(Object.keys(flattenTree(model.parameters)))),
    projections: Object.values(pick(Object.keys(projectionsOf(model)))) as tf.Tensor2D[],
  };
}

export const DROPOUT_KEY = [0, 0] as const;

/** As @performer/training trains. */
const graphOptions = ({ uniform, after }: GraphContext): ApplyOptions => ({
  dropoutKey: DROPOUT_KEY,
  dropoutMask: (x, rate, stream) => maskOf(uniform(x.shape, { stream, after: x }), rate),
  after,
});

export const maskOf = (uniform: tf.Tensor, rate: number) =>
  tf.div(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 - rate);

function loss(model: PerformerModel, inputs: Named, options: ApplyOptions = {}) {
  const { tokens, targets, paddingMask, lossMask } = inputs as Record<string, tf.Tensor2D>;
  const { logits } = applyModel(model, { tokens: tokens as tf.Tensor2D, paddingMask }, options);
  const { lossSum, weightSum } = crossEntropy(
    logits,
    targets as tf.Tensor2D,
    lossMask as tf.Tensor2D,
  );
  return tf.div(lossSum, weightSum) as tf.Scalar;
}

export const compileLoss = (program: Program, model: PerformerModel) =>
  compileTrainStep(program, {
    parameters: Object.keys(flattenTree(model.parameters)),
    optimizer: { beta1: 0.9, beta2: 0.98, epsilon: 1e-9, weightDecay: 0.1, gradientClip: 0.5 },
    loss: (inputs, context) => ({
      loss: loss(modelOf(model, context.variables), inputs, graphOptions(context)),
    }),
  });

export function eagerGradients(
  model: PerformerModel,
  batch: Record<string, HostTensor>,
  options: ApplyOptions = {},
): Record<string, HostTensor> {
  const flat = flattenTree(model.parameters);
  const names = Object.keys(flat);
  const inputs = Object.fromEntries(
    Object.entries(batch).map(([name, host]) => [name, toTensor(host)]),
  );
  const gradients = tf.grads((...tensors: tf.Tensor[]) => {
    const named = Object.fromEntries(
      names.map((name, index) => [name, tensors[index] as tf.Tensor]),
    );
    return loss(modelOf(model, { ...named, ...projectionsOf(model) }), inputs, options);
  })(Object.values(flat));
  return hosts(
    Object.fromEntries(names.map((name, index) => [name, gradients[index] as tf.Tensor])),
  );
}

/** max |a − b| / max |b| */
export function relativeDifference(actual: HostTensor | undefined, expected: HostTensor): number {
  const values = Array.from(expected.values, Number);
  const worst = values.map((value, index) => Math.abs(Number(actual?.values[index]) - value));
  return Math.max(...worst) / Math.max(...values.map(Math.abs));
}

/** |a − b| / |b| */
export function relativeNorm(actual: HostTensor | undefined, expected: HostTensor): number {
  const values = Array.from(expected.values, Number);
  const difference = values.map((value, index) => Number(actual?.values[index]) - value);
  return Math.hypot(...difference) / Math.hypot(...values);
}
