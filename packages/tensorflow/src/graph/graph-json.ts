/**
 * GraphDef as the JSON that tfjs-converter reads: proto3's JSON form, but for the values of constants,
 * which are weights beside it, found by the name of their node.
 */
import type { ElementType } from "./data-type.ts";
import {
  type Attribute,
  type ConstantValue,
  type Graph,
  type GraphNode,
  type Output,
  outputName,
  reachableNodes,
  type Shape,
} from "./graph.ts";
import { PRODUCER_VERSION } from "./graph-def.ts";
import type { Signature } from "./saved-model-proto.ts";

/** Names of DataType in types.proto. */
const TYPE_NAME = {
  float32: "DT_FLOAT",
  int32: "DT_INT32",
  string: "DT_STRING",
  int64: "DT_INT64",
  bool: "DT_BOOL",
  bfloat16: "DT_BFLOAT16",
  resource: "DT_RESOURCE",
} as const satisfies Record<ElementType, string>;

export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: "float32" | "int32" | "bool";
}

/** The part of `graph` that `roots` need. */
export function encodeGraphJson(graph: Graph, roots: readonly GraphNode[]) {
  return {
    node: reachableNodes(graph, roots).map(({ name, op, inputs, controls, attributes }) => ({
      name,
      op,
      input: [...inputs.map(outputName), ...controls.map((control) => `^${control.name}`)],
      attr: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, attributeJson(value)]),
      ),
    })),
    versions: { producer: PRODUCER_VERSION },
  };
}

function attributeJson(attribute: Attribute) {
  if ("type" in attribute) return { type: TYPE_NAME[attribute.type] };
  if ("types" in attribute)
    return { list: { type: attribute.types.map((each) => TYPE_NAME[each]) } };
  if ("int" in attribute) return { i: String(attribute.int) };
  if ("float" in attribute) return { f: attribute.float };
  if ("bool" in attribute) return { b: attribute.bool };
  if ("string" in attribute) return { s: Buffer.from(attribute.string).toString("base64") };
  if ("ints" in attribute) return { list: { i: attribute.ints.map(String) } };
  if ("shape" in attribute) return { shape: shapeJson(attribute.shape) };
  const { type, shape } = attribute.tensor;
  return { tensor: { dtype: TYPE_NAME[type], tensorShape: shapeJson(shape) } };
}

const shapeJson = (shape: Shape) => ({ dim: shape.map((size) => ({ size: String(size) })) });

export function signatureJson({ inputs, outputs }: Signature) {
  const ends = (named: Readonly<Record<string, Output>>) =>
    Object.fromEntries(
      Object.entries(named).map(([key, output]) => [
        key,
        {
          name: `${output.node.name}:${output.index}`,
          dtype: TYPE_NAME[output.type],
          tensorShape: shapeJson(output.shape),
        },
      ]),
    );
  return { inputs: ends(inputs), outputs: ends(outputs) };
}

/** Constants that `roots` need: their names, and their values one after another, little-endian. */
export function graphWeights(graph: Graph, roots: readonly GraphNode[]) {
  const specs: WeightSpec[] = [];
  const pieces: Uint8Array[] = [];
  for (const node of reachableNodes(graph, roots)) {
    const { value } = node.attributes;
    if (node.op !== "Const" || value === undefined || !("tensor" in value)) continue;
    const { dtype, bytes } = weightOf(node, value.tensor);
    specs.push({ name: node.name, shape: value.tensor.shape, dtype });
    pieces.push(bytes);
  }
  return { specs, bytes: Buffer.concat(pieces) };
}

function weightOf(
  { name }: GraphNode,
  { type, shape, values }: ConstantValue,
): { dtype: WeightSpec["dtype"]; bytes: Uint8Array } {
  const size = shape.reduce((product, each) => product * each, 1);
  const splat = values.length === 1 && size > 1;
  const numbers = Array.from({ length: size }, (_, i) => Number(values[splat ? 0 : i]));
  switch (type) {
    case "float32":
      return { dtype: "float32", bytes: new Uint8Array(Float32Array.from(numbers).buffer) };
    case "int32":
    case "int64": // tfjs has no wider integers; ours are sizes and indices
      return { dtype: "int32", bytes: new Uint8Array(Int32Array.from(numbers).buffer) };
    case "bool":
      return { dtype: "bool", bytes: Uint8Array.from(numbers) };
    case "string":
      throw new TypeError(
        `graphWeights: expected numbers in '${name}', got text, which tfjs models do not hold`,
      );
    default:
      return type satisfies never;
  }
}
