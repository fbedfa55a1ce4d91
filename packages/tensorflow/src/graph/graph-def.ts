/** GraphDef bytes (tensorflow/core/framework/graph.proto, node_def.proto, attr_value.proto). */
import { DATA_TYPE } from "./data-type.ts";
import { type Attribute, type Graph, type GraphNode, outputName, reachableNodes } from "./graph.ts";
import { BinaryWriter, bytes, flag, float, integer, message, text } from "./proto-writer.ts";
import { writeShape, writeTensor } from "./tensor-proto.ts";

/** TF_GRAPH_DEF_VERSION of TensorFlow 2.9: newer versions fill in attributes added since. */
export const PRODUCER_VERSION = 1087;

/** The part of `graph` that `roots` need. */
export function encodeGraph(graph: Graph, roots: readonly GraphNode[]): Uint8Array {
  const writer = new BinaryWriter();
  writeGraph(writer, graph, roots);
  return writer.finish();
}

/** GraphDef: node = 1, versions = 4 (VersionDef: producer = 1). */
export function writeGraph(writer: BinaryWriter, graph: Graph, roots: readonly GraphNode[]): void {
  for (const node of reachableNodes(graph, roots)) {
    message(writer, 1, () => writeNode(writer, node));
  }
  message(writer, 4, () => integer(writer, 1, PRODUCER_VERSION));
}

/** NodeDef: name = 1, op = 2, input = 3, attr = 5 (a map: key = 1, value = 2). */
function writeNode(writer: BinaryWriter, node: GraphNode): void {
  text(writer, 1, node.name);
  text(writer, 2, node.op);
  for (const input of node.inputs) text(writer, 3, outputName(input));
  for (const control of node.controls) text(writer, 3, `^${control.name}`);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message(writer, 5, () => {
      text(writer, 1, name);
      message(writer, 2, () => writeAttribute(writer, attribute));
    });
  }
}

/** AttrValue: list = 1 (i = 3, type = 6), s = 2, i = 3, f = 4, b = 5, type = 6, shape = 7, tensor = 8. */
function writeAttribute(writer: BinaryWriter, attribute: Attribute): void {
  if ("type" in attribute) integer(writer, 6, DATA_TYPE[attribute.type]);
  else if ("types" in attribute) {
    const { types } = attribute;
    message(writer, 1, () => {
      for (const type of types) integer(writer, 6, DATA_TYPE[type]);
    });
  } else if ("ints" in attribute) {
    const { ints } = attribute;
    message(writer, 1, () => {
      for (const value of ints) integer(writer, 3, value);
    });
  } else if ("int" in attribute) integer(writer, 3, attribute.int);
  else if ("float" in attribute) float(writer, 4, attribute.float);
  else if ("bool" in attribute) flag(writer, 5, attribute.bool);
  else if ("string" in attribute) bytes(writer, 2, new TextEncoder().encode(attribute.string));
  else if ("shape" in attribute) {
    message(writer, 7, () => writeShape(writer, attribute.shape));
  } else message(writer, 8, () => writeTensor(writer, attribute.tensor));
}
