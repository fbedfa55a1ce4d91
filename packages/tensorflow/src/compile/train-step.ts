/**
 * compileTrainStep: loss, gradients by tfjs's own autodiff, clipping and the optimiser in one TensorFlow
 * graph a batch shape. Parameters and moments are variables of the program; only the batch and a few
 * scalars go in, and only the asked numbers come out.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Output, outputName } from "../graph/graph.ts";
import { encodeGraph } from "../graph/graph-def.ts";
import { describeGraph } from "../graph/text.ts";
import type { NodeTime } from "../session/step-stats.ts";
import type { HostTensor } from "../session/tensor.ts";
import { feedsOf } from "./forward.ts";
import { type AdamWConfig, addOptimizer, scalarFeeds, type TrainedVariable } from "./optimizer.ts";
import type { Program } from "./program.ts";
import {
  type GraphContext,
  type NamedHostTensors,
  type NamedTensors,
  recordPiece,
  type Seed,
  shapeKey,
  type TracedPiece,
} from "./traced-function.ts";

/** Runs once a shape. `loss` is a scalar; `outputs` are further tensors to read at each step. */
export type LossFunction = (
  inputs: NamedTensors,
  context: GraphContext,
) => { readonly loss: tf.Scalar; readonly outputs?: NamedTensors };

export interface TrainStepOptions {
  /** Names of the variables to train, float32, assigned before the first step. */
  readonly parameters: readonly string[];
  readonly loss: LossFunction;
  readonly optimizer: AdamWConfig;
  /** Which parameters the weight decay pulls. Default: those of rank 2 and more. */
  readonly decays?: (name: string, shape: readonly number[]) => boolean;
  /** A rule for some parameters in place of Adam's; the others get undefined. */
  readonly rule?: (name: string, shape: readonly number[]) => UpdateRule | undefined;
}

/**
 * A direction from the clipped gradient and an average of the gradients before, both of the
 * parameter's shape; traced like the loss. The average is kept as the slot `slot`.
 */
export interface UpdateRule {
  readonly slot: string;
  readonly update: (
    gradient: tf.Tensor,
    average: tf.Tensor,
  ) => { readonly direction: tf.Tensor; readonly average: tf.Tensor };
}

export interface TrainStepContext {
  /** Updates, this one included: 1 for the first. */
  readonly step: number;
  readonly learningRate: number;
  /** Where this step's random numbers start. */
  readonly seed: Seed;
}

export interface CompiledTrainStep {
  /** One update. @returns the loss function's outputs, "loss" and "gradientNorm" (before clipping). */
  (inputs: NamedHostTensors, context: TrainStepContext): Promise<Record<string, HostTensor>>;
  /** The gradients for `inputs` without an update, by parameter. */
  gradients(inputs: NamedHostTensors, seed: Seed): Promise<Record<string, HostTensor>>;
  /** One update, telling how long each node took. */
  profile(inputs: NamedHostTensors, context: TrainStepContext): Promise<NodeTime[]>;
  /** Compiles for the shapes of `inputs` now rather than at the first step. */
  prepare(inputs: NamedHostTensors): Promise<void>;
  /** The graph for these input shapes as text. */
  describe(inputs: NamedHostTensors): Promise<string>;
}

/** Name of the variable that holds a slot of a parameter: "first", "second" or that of its rule. */
export function slotName(kind: string, parameter: string): string {
  return `optimizer/${kind}/${parameter}`;
}

interface CompiledShape {
  readonly prefix: string;
  readonly text: string;
  readonly keys: readonly string[];
  readonly fetches: readonly string[];
  readonly gradients: readonly string[];
}

/** Moments that were not assigned start at zero. */
export function compileTrainStep(program: Program, options: TrainStepOptions): CompiledTrainStep {
  const compiled = new Map<string, Promise<CompiledShape>>();

  const compiledFor = (inputs: NamedHostTensors): Promise<CompiledShape> => {
    const key = shapeKey(inputs);
    const known = compiled.get(key) ?? compileShape(program, options, inputs);
    compiled.set(key, known);
    return known;
  };

  const requestFor = async (inputs: NamedHostTensors, context: TrainStepContext) => {
    const { prefix, keys, fetches } = await compiledFor(inputs);
    const feeds = feedsOf(prefix, inputs, context.seed);
    for (const [name, value] of Object.entries(scalarFeeds(options.optimizer, context))) {
      feeds[`${prefix}/optimizer/${name}`] = value;
    }
    return { keys, request: { feeds, fetches, targets: [`${prefix}/optimizer/update`] } };
  };

  const step = async (inputs: NamedHostTensors, context: TrainStepContext) => {
    const { keys, request } = await requestFor(inputs, context);
    return named(keys, await program.session.run(request));
  };

  return Object.assign(step, {
    async profile(inputs: NamedHostTensors, context: TrainStepContext) {
      const { request } = await requestFor(inputs, context);
      return program.session.profile(request);
    },
    async gradients(inputs: NamedHostTensors, seed: Seed) {
      const { prefix, gradients } = await compiledFor(inputs);
      const feeds = feedsOf(prefix, inputs, seed);
      return named(options.parameters, await program.session.run({ feeds, fetches: gradients }));
    },
    async prepare(inputs: NamedHostTensors) {
      await compiledFor(inputs);
    },
    describe: async (inputs: NamedHostTensors) => (await compiledFor(inputs)).text,
  });
}

async function compileShape(
  program: Program,
  options: TrainStepOptions,
  inputs: NamedHostTensors,
): Promise<CompiledShape> {
  await createMissingSlots(program, options);
  const { graph, fetched, gradients, update } = recordPiece(program, inputs, (piece) =>
    recordStep(piece, options),
  );
  const prefix = program.uniquePrefix("train");
  const placeholders = graph.nodes.filter((node) => node.op === "Placeholder");
  const fetchedNodes = Object.values(fetched).map((output) => output.node);
  const roots = [update, ...fetchedNodes, ...placeholders];
  program.session.extend(encodeGraph(graph, roots), prefix);
  const path = (output: Output) => `${prefix}/${outputName(output)}`;
  return {
    prefix,
    text: describeGraph(graph, roots),
    keys: Object.keys(fetched),
    fetches: Object.values(fetched).map(path),
    gradients: gradients.map(path),
  };
}

async function createMissingSlots(
  program: Program,
  { parameters, rule }: TrainStepOptions,
): Promise<void> {
  const { specs } = program.variables;
  const zeros: Record<string, HostTensor> = {};
  for (const name of parameters) {
    const spec = specs.get(name);
    if (spec?.type !== "float32") {
      throw new RangeError(
        `compileTrainStep: expected a float32 variable "${name}", got ${spec?.type ?? "none"}; assign it first`,
      );
    }
    const size = spec.shape.reduce((product, length) => product * length, 1);
    const own = rule?.(name, spec.shape);
    for (const kind of own === undefined ? ["first", "second"] : [own.slot]) {
      const slot = slotName(kind, name);
      if (!specs.has(slot)) zeros[slot] = { ...spec, values: new Float32Array(size) };
    }
  }
  if (Object.keys(zeros).length > 0) await program.variables.assign(zeros);
}

function recordStep(piece: TracedPiece, options: TrainStepOptions) {
  const { graph, trace, context, handles, values } = piece;
  const { parameters, optimizer, decays = (_name, shape) => shape.length >= 2 } = options;
  const parameterTensors = parameters.map((name) => entry(context.variables, name));

  const fetched: Record<string, Output> = {};
  const { grads } = tf.engine().gradients(() => {
    const { loss, outputs = {} } = options.loss(piece.inputs, context);
    fetched["loss"] = trace.output(loss);
    for (const [key, tensor] of Object.entries(outputs)) fetched[key] = trace.output(tensor);
    return loss;
  }, parameterTensors);

  const gradients = parameters.map((name, index) => {
    const gradient = grads[index];
    if (gradient === undefined || gradient === null) {
      throw new RangeError(
        `compileTrainStep: expected the loss to depend on "${name}", got no gradient for it`,
      );
    }
    return trace.output(gradient);
  });
  const { update, gradientNorm } = addOptimizer(
    graph,
    optimizer,
    parameters.map((name, index) => ({
      name,
      handle: entry(handles, name),
      value: entry(values, name),
      gradient: gradients[index] as Output,
      update: updateOf(piece, name, options.rule?.(name, entry(values, name).shape)),
      decays: decays(name, entry(values, name).shape),
    })),
  );
  fetched["gradientNorm"] = gradientNorm;
  return { graph, fetched, gradients, update };
}

function updateOf(
  { trace, handles, values }: TracedPiece,
  name: string,
  rule: UpdateRule | undefined,
): TrainedVariable["update"] {
  const slot = (kind: string) => entry(handles, slotName(kind, name));
  if (rule === undefined) return { kind: "adam", first: slot("first"), second: slot("second") };
  const value = entry(values, slotName(rule.slot, name));
  return {
    kind: "own",
    average: { handle: slot(rule.slot), value },
    record(clipped) {
      const { direction, average } = rule.update(trace.tensor(clipped), trace.tensor(value));
      return { direction: trace.output(direction), average: trace.output(average) };
    },
  };
}

function entry<Value>(record: Readonly<Record<string, Value>>, name: string): Value {
  const value = record[name];
  if (value === undefined) throw new RangeError(`entry: expected "${name}", got none`);
  return value;
}

function named(keys: readonly string[], values: readonly HostTensor[]): Record<string, HostTensor> {
  return Object.fromEntries(keys.map((key, index) => [key, values[index] as HostTensor]));
}
