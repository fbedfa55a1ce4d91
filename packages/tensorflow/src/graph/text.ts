/** A graph as text, one node a line in running order: for tests and for people. */
import { type Attribute, type Graph, type GraphNode, outputName, reachableNodes } from "./graph.ts";

/**
 * @example
 * layers/0/attention/query = MatMul(layers/0/norm, parameters/query) {transpose_b: false} → float32[8,16]
 */
export function describeGraph(graph: Graph, roots: readonly GraphNode[] = graph.nodes): string {
  return reachableNodes(graph, roots).map(describeNode).join("\n");
}

function describeNode(node: GraphNode): string {
  const inputs = [
    ...node.inputs.map(outputName),
    ...node.controls.map((control) => `^${control.name}`),
  ];
  const attributes = Object.entries(node.attributes)
    .filter(([, attribute]) => !("type" in attribute))
    .map(([name, attribute]) => `${name}: ${describeAttribute(attribute)}`);
  const outputs = node.outputs.map(({ type, shape }) => `${type}[${shape}]`);
  const braces = attributes.length > 0 ? ` {${attributes.join(", ")}}` : "";
  return `${node.name} = ${node.op}(${inputs.join(", ")})${braces} → ${outputs.join(", ") || "()"}`;
}

/** Constants of up to this many elements are written out. */
const LONGEST_CONSTANT = 8;

function describeAttribute(attribute: Attribute): string {
  if ("tensor" in attribute) {
    const { values } = attribute.tensor;
    return values.length <= LONGEST_CONSTANT ? `[${[...values]}]` : `${values.length} values`;
  }
  return JSON.stringify(Object.values(attribute)[0]);
}
