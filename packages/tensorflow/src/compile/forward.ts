/** compileForward: a pure tfjs function of inputs and variables as one TensorFlow graph a shape. */

import { outputName } from "../graph/graph.ts";
import { encodeGraph } from "../graph/graph-def.ts";
import { describeGraph } from "../graph/text.ts";
import type { NodeTime } from "../session/step-stats.ts";
import type { HostTensor } from "../session/tensor.ts";
import type { Program } from "./program.ts";
import {
  type GraphContext,
  type NamedHostTensors,
  type NamedTensors,
  recordPiece,
  SEED,
  type Seed,
  shapeKey,
} from "./traced-function.ts";

/** Runs once a shape, synchronously, on tensors without values: no dataSync, no host randomness. */
export type ForwardFunction = (inputs: NamedTensors, context: GraphContext) => NamedTensors;

export interface CompiledForward {
  /**
   * The outputs for `inputs`, from the variables as they are. A shape seen for the first time is
   * compiled, so callers pad to few shapes.
   * @param seed needed where the function draws random numbers.
   */
  (inputs: NamedHostTensors, seed?: Seed): Promise<Record<string, HostTensor>>;
  /** As a call, but returns how long each node took. */
  profile(inputs: NamedHostTensors, seed?: Seed): Promise<NodeTime[]>;
  /** The graph for these input shapes as text. */
  describe(inputs: NamedHostTensors): string;
}

/** @param name a word for the graph's nodes, for instance "embed". */
export function compileForward(
  program: Program,
  name: string,
  build: ForwardFunction,
): CompiledForward {
  const compiled = new Map<string, ReturnType<typeof compile>>();

  const compile = (inputs: NamedHostTensors) => {
    const { graph, outputs } = recordPiece(program, inputs, (piece) => {
      const tensors = build(piece.inputs, piece.context);
      return {
        graph: piece.graph,
        outputs: Object.entries(tensors).map(
          ([key, tensor]) => [key, piece.trace.output(tensor)] as const,
        ),
      };
    });
    const prefix = program.uniquePrefix(name);
    const seedNode = graph.nodes.filter((node) => node.name === SEED);
    const fed = graph.nodes.filter((node) => node.op === "Placeholder");
    const roots = [...outputs.map(([, { node }]) => node), ...seedNode, ...fed];
    program.session.extend(encodeGraph(graph, roots), prefix);
    return {
      prefix,
      text: describeGraph(graph, roots),
      keys: outputs.map(([key]) => key),
      fetches: outputs.map(([, output]) => `${prefix}/${outputName(output)}`),
    };
  };

  const compiledFor = (inputs: NamedHostTensors) => {
    const key = shapeKey(inputs);
    const known = compiled.get(key) ?? compile(inputs);
    compiled.set(key, known);
    return known;
  };

  const requestOf = (inputs: NamedHostTensors, seed?: Seed) => {
    const { prefix, fetches } = compiledFor(inputs);
    return { feeds: feedsOf(prefix, inputs, seed), fetches };
  };

  const run = async (inputs: NamedHostTensors, seed?: Seed) => {
    const { keys } = compiledFor(inputs);
    const values = await program.session.run(requestOf(inputs, seed));
    return Object.fromEntries(keys.map((key, index) => [key, values[index] as HostTensor]));
  };
  return Object.assign(run, {
    profile: (inputs: NamedHostTensors, seed?: Seed) =>
      program.session.profile(requestOf(inputs, seed)),
    describe: (inputs: NamedHostTensors) => compiledFor(inputs).text,
  });
}

/** Placeholders by name; a missing seed stays unfed, which TensorFlow reports where it is needed. */
export function feedsOf(
  prefix: string,
  inputs: NamedHostTensors,
  seed: Seed | undefined,
): Record<string, HostTensor> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`${prefix}/inputs/${name}`, value]),
  );
  if (seed !== undefined) {
    feeds[`${prefix}/${SEED}`] = { type: "int32", shape: [2], values: Int32Array.from(seed) };
  }
  return feeds;
}
