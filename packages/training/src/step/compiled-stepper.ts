/**
 * The stepper that runs a whole update as one TensorFlow graph (@performer/tensorflow/compiled): the
 * same model code and the same AdamW as the eager one, several times faster. Parameters, slots and
 * projections live in TensorFlow; they are copied out only when they are read.
 */
import {
  applyModel,
  crossEntropy,
  type DropoutMask,
  flattenTree,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import type { OptimizerConfig } from "@performer/schema";
import {
  type AdamWConfig,
  compileForward,
  compileTrainStep,
  type GraphContext,
  type HostTensor,
  openProgram,
  type Precision,
  type ProgramOptions,
  slotName,
} from "@performer/tensorflow/compiled";
import * as tf from "@tensorflow/tfjs-core";
import { sumsOf } from "../metrics.ts";
import { isDecayed } from "../optimizer/adamw.ts";
import type { NamedTensors, OptimizerState } from "../optimizer/transform.ts";
import type { TrainStepper } from "./train-stepper.ts";

export interface CompiledStepper extends TrainStepper {
  /** In effect: float32 where bf16 was asked of a processor without it. */
  readonly precision: Precision;
}

export interface CompiledStepperOptions
  extends Pick<ProgramOptions, "libraries" | "threads" | "recompute"> {
  /** Taken over, with its tensors. */
  readonly model: PerformerModel;
  readonly optimizer: Pick<OptimizerConfig, keyof AdamWConfig>;
  /** Slots to go on from; taken over. Default: those of a first step. */
  readonly optimizerState?: OptimizerState | undefined;
  /** Default float32. */
  readonly precision?: Precision;
}

const SLOTS = ["first", "second"] as const;

export async function createCompiledStepper(
  options: CompiledStepperOptions,
): Promise<CompiledStepper> {
  const { model, optimizerState } = options;
  const program = openProgram(options);
  const initial = flattenTree(model.parameters);
  const names = Object.keys(initial);
  const decaying = new Set(names.filter((name) => isDecayed(initial[name] as tf.Tensor)));
  await program.variables.assign(await toHosts(initial));
  await program.variables.assign(await toHosts(namedProjections(model.projections)));
  for (const kind of SLOTS) {
    const slots = optimizerState?.[kind] ?? {};
    await program.variables.assign(await toHosts(renamed(slots, (name) => slotName(kind, name))));
  }
  tf.dispose([initial, [...model.projections], optimizerState ?? {}]);

  const step = compileTrainStep(program, {
    parameters: names,
    optimizer: options.optimizer,
    decays: (name) => decaying.has(name),
    loss: (inputs, context) => {
      const { loss, sums } = lossOf(model, names, inputs, context, "training");
      return { loss, outputs: { sums } };
    },
  });
  const evaluate = compileForward(program, "evaluate", (inputs, context) => {
    const { sums } = lossOf(model, names, inputs, context, "evaluation");
    return { sums };
  });

  let owned: tf.Tensor[] = [];
  let redrawn: Promise<void> = Promise.resolve();
  const readTensors = async (wished: readonly string[]): Promise<NamedTensors> => {
    const values = await program.variables.read(wished);
    const tensors = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, toTensor(value)]),
    );
    owned.push(...Object.values(tensors));
    return tensors;
  };
  const releaseRead = () => {
    tf.dispose(owned);
    owned = [];
  };

  return {
    async step(batch, { step: number, learningRate, dropoutKey }) {
      releaseRead();
      await redrawn;
      const outputs = await step(inputsOf(batch), {
        step: number,
        learningRate,
        seed: dropoutKey,
      });
      return {
        sums: sumsOf(outputs["sums"]?.values as Float32Array),
        gradientNorm: Number(outputs["gradientNorm"]?.values[0]),
      };
    },
    async evaluateBatch(batch) {
      await redrawn;
      const { sums } = await evaluate(inputsOf(batch));
      return sumsOf(sums?.values as Float32Array);
    },
    precision: program.precision,
    async readModel() {
      await redrawn;
      const parameters = await readTensors(names);
      const projections = await readTensors(Object.keys(namedProjections(model.projections)));
      return {
        config: model.config,
        parameters: unflattenTree(parameters),
        projections: Object.values(projections) as tf.Tensor2D[],
      };
    },
    async readOptimizerState() {
      const kinds = await Promise.all(
        SLOTS.map(async (kind) => {
          const slots = await readTensors(names.map((name) => slotName(kind, name)));
          return [kind, renamed(slots, (name) => name.slice(slotName(kind, "").length))] as const;
        }),
      );
      return Object.fromEntries(kinds);
    },
    redraw(projections) {
      redrawn = toHosts(namedProjections(projections)).then((values) => {
        tf.dispose([...projections]);
        return program.variables.assign(values);
      });
    },
    dispose() {
      releaseRead();
      void program.close();
    },
  };
}

function inputsOf(batch: TrainingBatch): Record<string, HostTensor> {
  const shape = [batch.rows, batch.length];
  return {
    tokens: { type: "int32", shape, values: batch.inputs },
    targets: { type: "int32", shape, values: batch.targets },
    lossMask: { type: "float32", shape, values: batch.lossMask },
    scoreMask: { type: "float32", shape, values: batch.scoreMask },
    paddingMask: { type: "float32", shape, values: batch.paddingMask },
  };
}

function lossOf(
  { config, projections }: PerformerModel,
  names: readonly string[],
  inputs: NamedTensors,
  { variables, uniform }: GraphContext,
  purpose: "training" | "evaluation",
) {
  const variable = (name: string) => variables[name] as tf.Tensor;
  const parameters = unflattenTree(Object.fromEntries(names.map((name) => [name, variable(name)])));
  const { tokens, targets, lossMask, scoreMask, paddingMask } = inputs as Record<
    "tokens" | "targets" | "lossMask" | "scoreMask" | "paddingMask",
    tf.Tensor2D
  >;
  const dropoutMask: DropoutMask = (shape, rate) =>
    tf.div(tf.cast(tf.greaterEqual(uniform(shape), rate), "float32"), 1 - rate);
  const { logits } = applyModel(
    {
      config,
      parameters,
      projections: Object.keys(namedProjections(projections)).map(variable) as tf.Tensor2D[],
    },
    { tokens, paddingMask },
    // the key means nothing in the graph: each mask is a stream of its own under the step's seed
    purpose === "training" ? { dropoutKey: [0, 0], dropoutMask } : {},
  );
  const learned = crossEntropy(logits, targets, lossMask);
  const scored = crossEntropy(logits, targets, scoreMask);
  return {
    loss: tf.div<tf.Scalar>(learned.lossSum, tf.maximum(learned.weightSum, 1)),
    sums: tf.stack([scored.lossSum, scored.weightSum, scored.correctSum]),
  };
}

const namedProjections = (projections: readonly tf.Tensor2D[]): NamedTensors =>
  Object.fromEntries(projections.map((projection, layer) => [`projections/${layer}`, projection]));

async function toHosts(tensors: NamedTensors): Promise<Record<string, HostTensor>> {
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

function toTensor({ type, shape, values }: HostTensor): tf.Tensor {
  return tf.tensor(values as Float32Array, [...shape], type === "float32" ? "float32" : "int32");
}

const renamed = (tensors: NamedTensors, rename: (name: string) => string): NamedTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));
