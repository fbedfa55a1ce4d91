/** The chief's variables on every worker, bit for bit: only the chief reads checkpoints. */
import type { Program } from "../compile/program.ts";
import {
  assignVariable,
  readVariable,
  type VariableSpec,
  variableHandle,
} from "../compile/variables.ts";
import { createGraph, type Graph, type GraphNode } from "../graph/graph.ts";
import { encodeGraph } from "../graph/graph-def.ts";
import type { Cluster } from "./cluster.ts";
import { addReceive, addSend, type Collective } from "./collective.ts";

/**
 * Replaces the values of all variables of `program` by the chief's; every worker has the same ones.
 * @throws {ClusterError} where another worker is gone or too slow.
 */
export async function broadcastVariables(program: Program, cluster: Cluster): Promise<void> {
  const graph = createGraph();
  // in an order that does not depend on which of them were assigned first
  const specs = [...program.variables.specs].sort(([a], [b]) => (a < b ? -1 : 1));
  const ends = specs.map(([name, spec]) =>
    addBroadcast(graph, name, spec, cluster.isChief, {
      groupSize: cluster.members.length,
      instanceKey: cluster.nextInstanceKey(),
    }),
  );
  const prefix = program.uniquePrefix("broadcast");
  program.session.extend(encodeGraph(graph, ends), prefix);
  const targets = ends.map(({ name }) => `${prefix}/${name}`);
  await cluster.run(program.session, { targets }, "join");
}

function addBroadcast(
  graph: Graph,
  name: string,
  spec: VariableSpec,
  isSender: boolean,
  collective: Collective,
): GraphNode {
  const handle = variableHandle(graph, `${name}/handle`, name, spec);
  if (isSender) {
    return addSend(
      graph,
      `${name}/send`,
      readVariable(graph, `${name}/read`, handle, spec),
      collective,
    ).node;
  }
  const value = addReceive(graph, `${name}/receive`, spec, collective);
  return assignVariable(graph, `${name}/assign`, handle, value);
}
