/**
 * What both kinds of compiled function are made of: placeholders for the inputs, reads of the
 * variables, a seed, and the user's tfjs function recorded on them, once for each input shape.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { HostType } from "../graph/data-type.ts";
import { createGraph, type Graph, type Output, type Shape } from "../graph/graph.ts";
import type { HostTensor } from "../session/tensor.ts";
import { type Trace, traceInto } from "../tracing/trace.ts";
import type { Program } from "./program.ts";
import { readVariable, variableHandle } from "./variables.ts";

export type NamedTensors = Readonly<Record<string, tf.Tensor>>;
export type NamedHostTensors = Readonly<Record<string, HostTensor>>;

/** Where the random numbers of one run start: 64 bits, for instance a key of @performer/random. */
export type Seed = readonly [high: number, low: number];

/** What the function sees besides its inputs. */
export interface GraphContext {
  /** Every variable of the program, by name. */
  readonly variables: NamedTensors;
  /**
   * Uniform on [0, 1), drawn anew at each run from the seed of that run. Each call in the function
   * is a stream of its own.
   */
  uniform(shape: readonly number[]): tf.Tensor;
}

export interface TracedPiece {
  readonly graph: Graph;
  readonly trace: Trace;
  readonly inputs: NamedTensors;
  readonly context: GraphContext;
  /** Resource handles of the variables. */
  readonly handles: Readonly<Record<string, Output>>;
  /** Values of the variables at the start of the run. */
  readonly values: Readonly<Record<string, Output>>;
}

/** Name of the placeholder of the seed, [2] int32. */
export const SEED = "seed";

/** Records `build` into a fresh graph. */
export function recordPiece<Result>(
  program: Program,
  specs: Readonly<Record<string, { type: HostType; shape: Shape }>>,
  build: (piece: TracedPiece) => Result,
): Result {
  const graph = createGraph();
  const seed = graph.placeholder(SEED, "int32", [2]);
  const placeholders = Object.entries(specs).map(
    ([name, { type, shape }]) => [name, graph.placeholder(`inputs/${name}`, type, shape)] as const,
  );
  const handles: Record<string, Output> = {};
  const values: Record<string, Output> = {};
  for (const [name, spec] of program.variables.specs) {
    const handle = variableHandle(graph, `variables/${name}/handle`, name, spec);
    handles[name] = handle;
    values[name] = readVariable(graph, `variables/${name}`, handle, spec);
  }
  return traceInto(
    graph,
    (trace) =>
      build({
        graph,
        trace,
        inputs: Object.fromEntries(
          placeholders.map(([name, output]) => [name, trace.tensor(output)]),
        ),
        context: {
          variables: Object.fromEntries(
            Object.entries(values).map(([name, output]) => [name, trace.tensor(output)]),
          ),
          uniform: (shape) => trace.tensor(trace.recorder.uniform(shape)),
        },
        handles,
        values,
      }),
    { seed },
  );
}

/** Text that is equal for inputs of equal names, types and shapes. */
export function shapeKey(inputs: NamedHostTensors): string {
  return Object.entries(inputs)
    .map(([name, { type, shape }]) => `${name}:${type}[${shape}]`)
    .join(" ");
}
