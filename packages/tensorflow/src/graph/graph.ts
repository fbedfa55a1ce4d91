/**
 * A TensorFlow graph under construction: nodes with static shapes and readable, unique names.
 * Equal stateless nodes are one node (hash-consing), so what tfjs writes twice is computed once.
 * Whether a node is needed is decided when the graph is encoded: unreachable nodes are left out.
 */
import { createHash } from "node:crypto";
import type { ElementType } from "./data-type.ts";

export type Shape = readonly number[];

/** Row-major values of a constant: one value stands for all (TensorProto's compressed form). */
export interface ConstantValue {
  readonly type: "float32" | "int32" | "bool" | "int64" | "string";
  readonly shape: Shape;
  readonly values: readonly (number | string)[] | Float32Array | Int32Array | Uint8Array;
}

/** AttrValue, by the field that is set. */
export type Attribute =
  | { readonly type: ElementType }
  | { readonly types: readonly ElementType[] }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly shape: Shape }
  | { readonly tensor: ConstantValue };

export interface Output {
  readonly node: GraphNode;
  readonly index: number;
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface GraphNode {
  readonly id: number;
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Output[];
  /** Nodes that must have run before this one. */
  readonly controls: readonly GraphNode[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Output[];
}

interface NodeRequest {
  readonly op: string;
  /** Wished name, "/" between scopes; a number is added where it is taken. */
  readonly name: string;
  readonly inputs?: readonly Output[];
  readonly controls?: readonly GraphNode[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly { readonly type: ElementType; readonly shape: Shape }[];
  /** Never merged with an equal node: variables, assignments, placeholders, random numbers. */
  readonly stateful?: boolean;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  add(request: NodeRequest): GraphNode;
  /** A Const node; equal constants are shared, whatever name was wished. */
  constant(name: string, value: ConstantValue): Output;
  /** A tensor fed at each run. */
  placeholder(name: string, type: ElementType, shape: Shape): Output;
}

export function createGraph(): Graph {
  const nodes: GraphNode[] = [];
  const names = new Map<string, number>();
  const known = new Map<string, GraphNode>();

  const uniqueName = (wished: string): string => {
    const clean = wished.replace(/[^A-Za-z0-9_./-]/g, "_").replace(/^[^A-Za-z0-9.]+/, "");
    const count = names.get(clean) ?? 0;
    names.set(clean, count + 1);
    return count === 0 ? clean : uniqueName(`${clean}_${count}`);
  };

  const add = (request: NodeRequest): GraphNode => {
    const key = request.stateful === true ? undefined : keyOf(request);
    const equal = key === undefined ? undefined : known.get(key);
    if (equal !== undefined) return equal;
    const outputs: Output[] = [];
    const node: GraphNode = {
      id: nodes.length,
      name: uniqueName(request.name),
      op: request.op,
      inputs: request.inputs ?? [],
      controls: request.controls ?? [],
      attributes: request.attributes ?? {},
      outputs,
    };
    request.outputs.forEach(({ type, shape }, index) => {
      outputs.push({ node, index, type, shape: [...shape] });
    });
    nodes.push(node);
    if (key !== undefined) known.set(key, node);
    return node;
  };

  return {
    nodes,
    add,
    constant: (name, value) =>
      firstOutput(
        add({
          op: "Const",
          name,
          attributes: { dtype: { type: value.type }, value: { tensor: value } },
          outputs: [value],
        }),
      ),
    placeholder: (name, type, shape) =>
      firstOutput(
        add({
          op: "Placeholder",
          name,
          attributes: { dtype: { type }, shape: { shape } },
          outputs: [{ type, shape }],
          stateful: true,
        }),
      ),
  };
}

/** @throws {Error} for a node without outputs. */
export function firstOutput(node: GraphNode): Output {
  const output = node.outputs[0];
  if (output === undefined) {
    throw new Error(`firstOutput: expected a node with an output, got ${node.op} '${node.name}'`);
  }
  return output;
}

/** How runs name an output: "node" or "node:1". */
export function outputName({ node, index }: Output): string {
  return index === 0 ? node.name : `${node.name}:${index}`;
}

/** The nodes that `roots` need, through data and control edges, in an order that runs. */
export function reachableNodes(graph: Graph, roots: readonly GraphNode[]): GraphNode[] {
  const needed = new Set<GraphNode>();
  const pending = [...roots];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    pending.push(...node.inputs.map((input) => input.node), ...node.controls);
  }
  return graph.nodes.filter((node) => needed.has(node));
}

function keyOf(request: NodeRequest): string {
  const inputs = request.inputs?.map(({ node, index }) => `${node.id}:${index}`) ?? [];
  const controls = request.controls?.map((node) => node.id) ?? [];
  const attributes = Object.entries(request.attributes ?? {}).map(([name, value]) => [
    name,
    "tensor" in value ? { ...value.tensor, values: valuesKey(value.tensor) } : value,
  ]);
  const outputs = request.outputs.map(({ type, shape }) => [type, shape]);
  // the shape is part of the key: an operation with equal inputs may leave it to its caller
  return JSON.stringify([request.op, inputs, controls, attributes, outputs]);
}

/** Equal for equal values alone: JSON knows neither NaN nor −0, and both are values of their own. */
function valuesKey({ values }: ConstantValue): string | string[] {
  if (ArrayBuffer.isView(values)) {
    const { buffer, byteOffset, byteLength } = values;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    return createHash("sha256").update(bytes).digest("base64");
  }
  return values.map((value) => (Object.is(value, -0) ? "-0" : String(value)));
}
