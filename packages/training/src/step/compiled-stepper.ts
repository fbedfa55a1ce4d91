/**
 * The stepper that runs a whole update as one TensorFlow graph (@performer/tensorflow/compiled): the
 * same model code and the same optimiser as the eager one, several times faster. Parameters, slots and
 * projections live in TensorFlow; they are copied out only when they are read.
 */

import { namedProjections } from "@performer/checkpoint";
import { flattenTree, isTrained, type PerformerModel } from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import type { OptimizerConfig } from "@performer/schema";
import {
  type AdamWConfig,
  broadcastVariables,
  compileTrainStep,
  type HostTensor,
  type NodeTime,
  openProgram,
  type Precision,
  type ProgramOptions,
  slotName,
  type TrainStepContext,
  type UpdateOptions,
  type UpdateRule,
} from "@performer/tensorflow/compiled";
import * as tf from "@tensorflow/tfjs-core";
import {
  assignModel,
  batchInputs,
  compileEvaluation,
  lossOf,
  modelOn,
  toHosts,
} from "../compiled/graph-model.ts";
import { addSums, NO_SUMS, sumsOf } from "../metrics.ts";
import { muonUpdate } from "../optimizer/muon.ts";
import { isDecayed, isLayerKernel } from "../optimizer/optimizer.ts";
import type { NamedTensors, OptimizerState } from "../optimizer/transform.ts";
import { createMicroBatchUpdate } from "./micro-batch-update.ts";
import { splitBatch } from "./micro-batches.ts";
import { createReplicas } from "./replicas.ts";
import type { StepContext, TrainStepper } from "./train-stepper.ts";

export interface CompiledStepper extends TrainStepper {
  /** In effect: float32 where bf16 was asked of a processor without it. */
  readonly precision: Precision;
  /** One update of a process by itself, telling how long each node of the graph took. */
  profile(batch: TrainingBatch, context: StepContext): Promise<NodeTime[]>;
}

export interface CompiledStepperOptions
  extends Pick<ProgramOptions, "libraries" | "threads" | "recompute" | "session" | "cluster"> {
  /** Taken over, with its tensors. */
  readonly model: PerformerModel;
  readonly optimizer: Pick<OptimizerConfig, keyof AdamWConfig | "kind" | "momentum">;
  /** Slots to go on from; taken over. Default: those of a first step. */
  readonly optimizerState?: OptimizerState | undefined;
  /** Default float32. */
  readonly precision?: Precision;
  /** Parts that a batch is computed in, one after another, for memory. Default 1. */
  readonly accumulate?: number;
}

export async function createCompiledStepper(
  options: CompiledStepperOptions,
): Promise<CompiledStepper> {
  const { optimizerState, cluster, accumulate = 1 } = options;
  const program = openProgram(options);
  const initial = flattenTree(options.model.parameters);
  const names = Object.keys(initial).filter(isTrained);
  const decaying = new Set(names.filter((name) => isDecayed(initial[name] as tf.Tensor)));
  const model = await assignModel(program, options.model);
  const rule = ruleOf(options.optimizer);
  const slotKinds = slotKindsOf(names, (name) => rule(name, (initial[name] as tf.Tensor).shape));
  for (const [kind, slots] of Object.entries(optimizerState ?? {})) {
    await program.variables.assign(await toHosts(renamed(slots, (name) => slotName(kind, name))));
  }
  tf.dispose([initial, [...options.model.projections], optimizerState ?? {}]);

  const update: UpdateOptions = {
    parameters: names,
    optimizer: options.optimizer,
    decays: (name) => decaying.has(name),
    rule,
  };
  const whole = compileTrainStep(program, {
    ...update,
    loss: (inputs, context) => {
      const { learned, sums } = lossOf(model, inputs, context, "training");
      const loss = tf.div<tf.Scalar>(learned.lossSum, tf.maximum(learned.weightSum, 1));
      return { loss, outputs: { sums } };
    },
  });
  const inParts =
    accumulate > 1 || cluster !== undefined
      ? createMicroBatchUpdate(program, model, { ...update, accumulate, cluster })
      : undefined;
  if (cluster !== undefined) {
    await inParts?.prepare();
    await broadcastVariables(program, cluster);
  }
  const evaluate = compileEvaluation(program, model);
  // no more rows at a time than in training
  const evaluationParts = accumulate * (cluster?.members.length ?? 1);

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
    ...(cluster && { replicas: createReplicas(cluster, program.variables, names) }),
    async step(batch, context) {
      releaseRead();
      await redrawn;
      if (inParts !== undefined) return inParts.step(batch, context);
      const outputs = await whole(batchInputs(batch), graphContext(context));
      return {
        sums: sumsOf(outputs["sums"]?.values as Float32Array),
        gradientNorm: Number(outputs["gradientNorm"]?.values[0]),
      };
    },
    async profile(batch, context) {
      releaseRead();
      await redrawn;
      return whole.profile(batchInputs(batch), graphContext(context));
    },
    async evaluateBatch(batch) {
      await redrawn;
      let sums = NO_SUMS;
      for (const part of splitBatch(batch, evaluationParts)) {
        sums = addSums(sums, await evaluate(part));
      }
      return sums;
    },
    precision: program.precision,
    async readModel() {
      await redrawn;
      return modelOn(model, await readTensors([...model.parameters, ...model.projections]));
    },
    async readOptimizerState() {
      const kinds = await Promise.all(
        Object.entries(slotKinds).map(async ([kind, owners]) => {
          const slots = await readTensors(owners.map((name) => slotName(kind, name)));
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

/** Which parameters Muon updates, and how. */
function ruleOf({
  kind,
  momentum,
}: CompiledStepperOptions["optimizer"]): NonNullable<UpdateOptions["rule"]> {
  const muon: UpdateRule = {
    slot: "momentum",
    update: (gradient, average) => muonUpdate(gradient, average, momentum),
  };
  return (name, shape) => (kind === "muon" && isLayerKernel(name, shape) ? muon : undefined);
}

/** The names of the parameters that have a slot of a kind, by kind. */
function slotKindsOf(
  names: readonly string[],
  rule: (name: string) => UpdateRule | undefined,
): Record<string, string[]> {
  const kinds: Record<string, string[]> = {};
  for (const name of names) {
    const own = rule(name);
    for (const kind of own === undefined ? ["first", "second"] : [own.slot]) {
      kinds[kind] = [...(kinds[kind] ?? []), name];
    }
  }
  return kinds;
}

const graphContext = ({ step, learningRate, dropoutKey }: StepContext): TrainStepContext => ({
  step,
  learningRate,
  seed: dropoutKey,
});

function toTensor({ type, shape, values }: HostTensor): tf.Tensor {
  return tf.tensor(values as Float32Array, [...shape], type === "float32" ? "float32" : "int32");
}

const renamed = (tensors: NamedTensors, rename: (name: string) => string): NamedTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));
