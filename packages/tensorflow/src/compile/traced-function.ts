/**
 * What both kinds of compiled function are made of: placeholders for the inputs, reads of the
 * variables, a seed, and the user's tfjs function recorded on them, once for each input shape.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { HostType } from "../graph/data-type.ts";
import {
  type ConstantValue,
  createGraph,
  type Graph,
  type Output,
  type Shape,
} from "../graph/graph.ts";
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
  /** Uniform on [0, 1), drawn anew at each run from the seed of that run. */
  uniform(shape: readonly number[], draw?: UniformDraw): tf.Tensor;
  /** `value`, not before `others` have been computed, where it would take memory too early. */
  after<T extends tf.Tensor>(value: T, others: readonly tf.Tensor[]): T;
}

interface UniformDraw {
  /** 64 bits, for instance a key: draws of one stream are equal. Default: a stream a call. */
  readonly stream?: Seed;
  /** Nothing is drawn before this tensor has been computed. */
  readonly after?: tf.Tensor;
}

export interface TracedPiece {
  readonly graph: Graph;
  readonly trace: Trace;
  readonly inputs: NamedTensors;
  /** What `inputs` stand for. */
  readonly placeholders: Readonly<Record<string, Output>>;
  readonly context: GraphContext;
  /** Resource handles of the variables; none where they are frozen. */
  readonly handles: Readonly<Record<string, Output>>;
  /** Values of the variables at the start of the run. */
  readonly values: Readonly<Record<string, Output>>;
}

/** Name of the placeholder of the seed, [2] int32. */
export const SEED = "seed";

export interface RecordOptions {
  /** Values that stand for the variables as constants; without them the graph reads the variables. */
  readonly frozen?: NamedHostTensors;
}

/** Records `build` into a fresh graph. */
export function recordPiece<Result>(
  program: Program,
  specs: Readonly<Record<string, { type: HostType; shape: Shape }>>,
  build: (piece: TracedPiece) => Result,
  { frozen }: RecordOptions = {},
): Result {
  const graph = createGraph();
  const seed = graph.placeholder(SEED, "int32", [2]);
  const placeholders = mapEntries(specs, ({ type, shape }, name) =>
    graph.placeholder(`inputs/${name}`, type, shape),
  );
  const variables = Object.fromEntries(program.variables.specs);
  const handles =
    frozen === undefined
      ? mapEntries(variables, (spec, name) =>
          variableHandle(graph, `variables/${name}/handle`, name, spec),
        )
      : {};
  const values = mapEntries(variables, (spec, name) => {
    const handle = handles[name];
    return handle === undefined
      ? graph.constant(`variables/${name}`, frozen?.[name] as ConstantValue)
      : readVariable(graph, `variables/${name}`, handle, spec);
  });
  return traceInto(
    graph,
    (trace) =>
      build({
        graph,
        trace,
        placeholders,
        inputs: mapEntries(placeholders, trace.tensor),
        context: {
          variables: mapEntries(values, trace.tensor),
          uniform: (shape, { stream, after } = {}) =>
            trace.tensor(
              trace.recorder.uniform(shape, {
                ...(stream && { stream }),
                ...(after && { after: [trace.stored(after)] }),
              }),
            ),
          after: (value, others) =>
            trace.tensor(
              trace.recorder.after(trace.output(value), others.map(trace.stored)),
            ) as typeof value,
        },
        handles,
        values,
      }),
    { seed },
  );
}

function mapEntries<Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, name: string) => Result,
): Record<string, Result> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value, name)]),
  );
}

/** Text that is equal for inputs of equal names, types and shapes. */
export function shapeKey(inputs: NamedHostTensors): string {
  return Object.entries(inputs)
    .map(([name, { type, shape }]) => `${name}:${type}[${shape}]`)
    .join(" ");
}
