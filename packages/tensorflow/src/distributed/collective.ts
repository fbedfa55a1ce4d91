/**
 * Collective operations as graph nodes: every member runs the same one, and none ends before all have begun.
 * Sums go round a ring, so that each worker moves about twice its tensor whatever their number, and every
 * part of a sum is made on one worker: all get the same bits.
 */
import type { Attribute, Graph, GraphNode, Output, Shape } from "../graph/graph.ts";
import { firstOutput } from "../graph/graph.ts";

export interface Collective {
  /** Members of the cluster. */
  readonly groupSize: number;
  /** Tells collective operations of one process apart; the same on every member. */
  readonly instanceKey: number;
}

/** One group: all workers. */
const GROUP_KEY = 1;

/** The sum over all workers of what each has. */
export function addSum(graph: Graph, name: string, input: Output, collective: Collective): Output {
  return firstOutput(
    addCollective(graph, "CollectiveReduce", name, collective, {
      inputs: [input],
      outputs: [input],
      attributes: {
        T: { type: input.type },
        merge_op: { string: "Add" },
        final_op: { string: "Id" },
        subdiv_offsets: { ints: [] },
        communication_hint: { string: "ring" },
      },
    }),
  );
}

/** [n · k] from each worker's [k], in the order of rank. */
export function addGather(
  graph: Graph,
  name: string,
  input: Output,
  collective: Collective,
): Output {
  const shape = [collective.groupSize * (input.shape[0] ?? 0)];
  return firstOutput(
    addCollective(graph, "CollectiveGather", name, collective, {
      inputs: [input],
      outputs: [{ type: input.type, shape }],
      attributes: {
        T: { type: input.type },
        shape: { shape },
        communication_hint: { string: "ring" },
      },
    }),
  );
}

/** Gives `input` to all others. */
export function addSend(graph: Graph, name: string, input: Output, collective: Collective): Output {
  return firstOutput(
    addCollective(graph, "CollectiveBcastSend", name, collective, {
      inputs: [input],
      outputs: [input],
      attributes: { T: { type: input.type }, shape: { shape: input.shape } },
    }),
  );
}

/** What the sender gave. */
export function addReceive(
  graph: Graph,
  name: string,
  spec: Pick<Output, "type" | "shape">,
  collective: Collective,
): Output {
  return firstOutput(
    addCollective(graph, "CollectiveBcastRecv", name, collective, {
      inputs: [],
      outputs: [spec],
      attributes: { T: { type: spec.type }, shape: { shape: spec.shape } },
    }),
  );
}

interface CollectiveNode {
  readonly inputs: readonly Output[];
  readonly outputs: readonly { readonly type: Output["type"]; readonly shape: Shape }[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

function addCollective(
  graph: Graph,
  op: string,
  name: string,
  { groupSize, instanceKey }: Collective,
  { attributes, ...node }: CollectiveNode,
): GraphNode {
  return graph.add({
    op,
    name,
    ...node,
    attributes: {
      ...attributes,
      group_size: { int: groupSize },
      group_key: { int: GROUP_KEY },
      instance_key: { int: instanceKey },
    },
    stateful: true,
  });
}
