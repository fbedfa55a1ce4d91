/** Records nodes for the kernels: names them, types them, makes broadcasts real where needed. */

import type { ElementType } from "../graph/data-type.ts";
import {
  type Attribute,
  firstOutput,
  type Graph,
  type GraphNode,
  type Output,
  type Shape,
} from "../graph/graph.ts";
import { TracingError } from "./errors.ts";
import { recomputeHint } from "./recompute.ts";
import { nodeName } from "./scope.ts";
import { padShape, sameShape, type TracedValue, traced } from "./value.ts";

export interface Recorder {
  readonly graph: Graph;
  /** A node with one output. `type` and `shape` default to those of the first input. */
  emit(op: string, inputs: readonly Output[], request?: EmitRequest): Output;
  /** A node with several outputs. */
  emitAll(
    op: string,
    inputs: readonly Output[],
    attributes: Record<string, Attribute>,
    outputs: readonly { type: ElementType; shape: Shape }[],
  ): readonly Output[];
  /** Every element of `value` as one output. */
  full(value: TracedValue): Output;
  /** int32 constant: a vector from an array, a scalar from a number. */
  integers(values: readonly number[] | number): Output;
  /** A tensor all of whose elements are `value`; one scalar in the graph. */
  splat(value: number, type: "float32" | "int32" | "bool", shape: Shape): TracedValue;
  reshape(value: TracedValue, shape: Shape): TracedValue;
  /** Uniform on [0, 1), different at each run where the seed is. */
  uniform(shape: Shape, draw?: Draw): Output;
  /** `value`, not before `others` have been computed. */
  after(value: Output, others: readonly Output[]): Output;
  /** [2] int32, different for each call. */
  nextSeed(): Output;
}

interface Draw {
  /** Draws of one stream are equal. Default: each call is a stream of its own. */
  readonly stream?: readonly [high: number, low: number];
  /** Nothing is drawn before these have been computed: a draw needs no input and would be early. */
  readonly after?: readonly Output[];
}

interface EmitRequest {
  readonly controls?: readonly GraphNode[];
  readonly attributes?: Record<string, Attribute>;
  readonly type?: ElementType;
  readonly shape?: Shape;
  readonly stateful?: boolean;
}

/** @param seed [2] int32, fed at each run; without it random operations throw. */
export function createRecorder(graph: Graph, seed?: Output): Recorder {
  let sites = 0;

  const emitAll: Recorder["emitAll"] = (op, inputs, attributes, outputs) =>
    graph.add({ op, name: nodeName(op, inputs), inputs, attributes, outputs }).outputs;

  const emit: Recorder["emit"] = (op, inputs, request = {}) => {
    const type = request.type ?? inputs[0]?.type;
    const shape = request.shape ?? inputs[0]?.shape;
    if (type === undefined || shape === undefined) {
      throw new TracingError(`emit: expected a type and a shape for ${op}, got none`);
    }
    const node = graph.add({
      op,
      name: nodeName(op, inputs),
      inputs,
      controls: request.controls ?? [],
      attributes: { ...request.attributes, ...recomputeHint(op, inputs, shape) },
      outputs: [{ type, shape }],
      stateful: request.stateful ?? false,
    });
    return firstOutput(node);
  };

  const integers: Recorder["integers"] = (values) => {
    const list = typeof values === "number" ? [values] : values;
    const shape = typeof values === "number" ? [] : [list.length];
    return graph.constant("constants/int32", { type: "int32", shape, values: list });
  };

  const full: Recorder["full"] = ({ output, shape }) =>
    sameShape(output.shape, shape)
      ? output
      : emit("BroadcastTo", [output, integers(shape)], {
          attributes: { T: { type: output.type }, Tidx: { type: "int32" } },
          shape,
        });

  const reshapeOutput = (output: Output, shape: Shape): Output => {
    // a reshape of a reshape sees through to the first
    const first = output.node.inputs[0];
    const source = output.node.op === "Reshape" && first !== undefined ? first : output;
    if (sameShape(source.shape, shape)) return source;
    return emit("Reshape", [source, integers(shape)], {
      attributes: { T: { type: source.type }, Tshape: { type: "int32" } },
      shape,
    });
  };

  const seedOf = (offset: readonly [number, number]): Output => {
    if (seed === undefined) {
      throw new TracingError(
        "nextSeed: expected a seeded trace, got one without; give a seed to the compiled function",
      );
    }
    const int32 = offset.map((word) => word | 0);
    return emit("AddV2", [seed, integers(int32)], { attributes: { T: { type: "int32" } } });
  };

  const nextSeed: Recorder["nextSeed"] = () => {
    sites += 1;
    return seedOf([0, sites]);
  };

  return {
    graph,
    emit,
    emitAll,
    full,
    integers,
    splat(value, type, shape) {
      const output = graph.constant(`constants/${type}`, { type, shape: [], values: [value] });
      return { output, shape, splat: value };
    },
    reshape(value, shape) {
      if (sameShape(value.shape, shape)) return value;
      if (value.splat !== undefined) return { ...value, shape, stepOf: undefined };
      const stored = withoutOnes(
        padShape(value.output.shape, value.shape.length),
        value.shape,
        shape,
      );
      if (stored !== undefined) return { output: reshapeOutput(value.output, stored), shape };
      return traced(reshapeOutput(full(value), shape));
    },
    uniform: (shape, { stream, after = [] } = {}) =>
      emit("StatelessRandomUniform", [integers(shape), stream ? seedOf(stream) : nextSeed()], {
        controls: after.map(({ node }) => node),
        attributes: {
          dtype: { type: "float32" },
          T: { type: "int32" },
          Tseed: { type: "int32" },
        },
        type: "float32",
        shape,
      }),
    after: (value, others) =>
      emit("Identity", [value], {
        attributes: { T: { type: value.type } },
        controls: others.map(({ node }) => node),
      }),
    nextSeed,
  };
}

/**
 * The stored shape after a reshape from `from` to `to` that only adds or drops axes of size 1;
 * undefined for any other reshape, which needs all elements.
 */
function withoutOnes(stored: Shape, from: Shape, to: Shape): number[] | undefined {
  const kept = stored.filter((_, axis) => from[axis] !== 1);
  const wide = to.filter((size) => size !== 1);
  if (
    !sameShape(
      wide,
      from.filter((size) => size !== 1),
    )
  )
    return undefined;
  let next = 0;
  return to.map((size) => (size === 1 ? 1 : (kept[next++] ?? 1)));
}
