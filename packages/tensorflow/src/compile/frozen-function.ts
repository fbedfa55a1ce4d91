/** A traced function with the variables as constants: what every exported form of a graph is made of. */
import type { HostType } from "../graph/data-type.ts";
import {
  firstOutput,
  type Graph,
  type Output,
  reachableNodes,
  type Shape,
} from "../graph/graph.ts";
import type { Signature } from "../graph/saved-model-proto.ts";
import { TracingError } from "../tracing/errors.ts";
import type { ForwardFunction } from "./forward.ts";
import type { Program } from "./program.ts";
import { recordPiece, SEED } from "./traced-function.ts";

export type FrozenInputs = Readonly<
  Record<string, { readonly type: HostType; readonly shape: Shape }>
>;

export interface FrozenFunction {
  readonly graph: Graph;
  /** Inputs are the nodes "inputs/NAME", outputs "outputs/NAME". */
  readonly signature: Signature;
}

/** @throws {TracingError} for a function that draws random numbers: a signature feeds no seed. */
export async function freezeFunction(
  program: Program,
  build: ForwardFunction,
  inputs: FrozenInputs,
): Promise<FrozenFunction> {
  const frozen = await program.variables.read([...program.variables.specs.keys()]);
  const { graph, signature } = recordPiece(
    program,
    inputs,
    ({ graph, trace, placeholders, inputs, context }) => {
      const outputs = Object.entries(build(inputs, context)).map(
        ([name, tensor]) => [name, namedOutput(graph, name, trace.output(tensor))] as const,
      );
      return { graph, signature: { inputs: placeholders, outputs: Object.fromEntries(outputs) } };
    },
    { frozen },
  );
  const ends = Object.values(signature.outputs).map((output) => output.node);
  if (reachableNodes(graph, ends).some((node) => node.name === SEED)) {
    throw new TracingError(
      "freezeFunction: expected a function of its inputs alone, got one that draws random numbers; export it without dropout",
    );
  }
  return { graph, signature };
}

/** Under a name that whoever runs the graph without a signature can foresee. */
function namedOutput(graph: Graph, name: string, output: Output): Output {
  return firstOutput(
    graph.add({
      op: "Identity",
      name: `outputs/${name}`,
      inputs: [output],
      attributes: { T: { type: output.type } },
      outputs: [output],
      stateful: true,
    }),
  );
}
