/**
 * compileTrainStep: loss, gradients by tfjs's own autodiff, clipping and the optimiser in one TensorFlow
 * graph a batch shape. Parameters and moments are variables of the program; only the batch and a few
 * scalars go in, and only the asked numbers come out.
 */
import { type Output, outputName } from "../graph/graph.ts";
import { encodeGraph } from "../graph/graph-def.ts";
import { describeGraph } from "../graph/text.ts";
import type { NodeTime } from "../session/step-stats.ts";
import type { HostTensor } from "../session/tensor.ts";
import { feedsOf } from "./forward.ts";
import { type LossFunction, recordGradients } from "./gradients.ts";
import { addOptimizer, scalarFeeds } from "./optimizer.ts";
import type { Program } from "./program.ts";
import {
  type NamedHostTensors,
  recordPiece,
  type Seed,
  shapeKey,
  type TracedPiece,
} from "./traced-function.ts";
import { createMissingSlots, trainedVariables, type UpdateOptions } from "./trained-variables.ts";

export interface TrainStepOptions extends UpdateOptions {
  readonly loss: LossFunction;
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

function recordStep(piece: TracedPiece, options: TrainStepOptions) {
  const { graph, trace } = piece;
  const recorded = recordGradients(piece, options.parameters, options.loss);
  const gradients = recorded.gradients.map((gradient) => trace.output(gradient));
  const { update, gradientNorm } = addOptimizer(
    graph,
    options.optimizer,
    trainedVariables(piece, options, gradients),
  );
  const { loss, outputs } = recorded;
  const fetched: Record<string, Output> = { loss, ...outputs, gradientNorm };
  return { graph, fetched, gradients, update };
}

function named(keys: readonly string[], values: readonly HostTensor[]): Record<string, HostTensor> {
  return Object.fromEntries(keys.map((key, index) => [key, values[index] as HostTensor]));
}
