/**
 * Variables of a session: they live in TensorFlow between runs and are found by name, so that every
 * graph of the session reads and writes the same ones. Values pass in and out bit for bit.
 */

import { createGraph, firstOutput, type Graph, type Output, type Shape } from "../graph/graph.ts";
import { encodeGraph } from "../graph/graph-def.ts";
import type { Session } from "../session/session.ts";
import type { HostTensor } from "../session/tensor.ts";

type VariableType = "float32" | "int32";
export interface VariableSpec {
  readonly type: VariableType;
  readonly shape: Shape;
}

export interface Variables {
  /** By name, in the order of their first assignment. */
  readonly specs: ReadonlyMap<string, VariableSpec>;
  /**
   * Sets variables, making those that do not exist yet.
   * @throws {RangeError} where a variable exists with another type or shape.
   */
  assign(values: Readonly<Record<string, HostTensor>>): Promise<void>;
  /** @throws {RangeError} for a name that was never assigned. */
  read(names: readonly string[]): Promise<Record<string, HostTensor>>;
}

export function createVariables(session: Session): Variables {
  const specs = new Map<string, VariableSpec>();

  const folders = new Map<string, string>();
  const node = (name: string, role: string) => `${folders.get(name)}/${name}/${role}`;

  const declare = (values: Readonly<Record<string, HostTensor>>) => {
    const added = Object.entries(values).filter(([name]) => !specs.has(name));
    if (added.length === 0) return;
    const fresh = Object.fromEntries(added.map(([name, value]) => [name, specOf(name, value)]));
    const folder = `variables_${specs.size}`;
    session.extend(accessGraph(fresh), folder);
    for (const [name, spec] of Object.entries(fresh)) {
      specs.set(name, spec);
      folders.set(name, folder);
    }
  };

  return {
    specs,
    async assign(values) {
      if (Object.keys(values).length === 0) return;
      declare(values);
      for (const [name, value] of Object.entries(values)) {
        assertSameSpec(name, specs.get(name), specOf(name, value));
      }
      await session.run({
        feeds: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [node(name, "value"), value]),
        ),
        targets: Object.keys(values).map((name) => node(name, "assign")),
      });
    },
    async read(names) {
      const missing = names.filter((name) => !specs.has(name));
      if (missing.length > 0) {
        throw new RangeError(`read: expected assigned variables, got ${missing.join(", ")}`);
      }
      const values = await session.run({ fetches: names.map((name) => node(name, "read")) });
      return Object.fromEntries(names.map((name, index) => [name, values[index] as HostTensor]));
    },
  };
}

function specOf(name: string, { type, shape }: HostTensor): VariableSpec {
  if (type !== "float32" && type !== "int32") {
    throw new RangeError(`assign: expected float32 or int32 for "${name}", got ${type}`);
  }
  return { type, shape };
}

function assertSameSpec(name: string, known: VariableSpec | undefined, given: VariableSpec): void {
  if (known?.type !== given.type || known.shape.join() !== given.shape.join()) {
    throw new RangeError(
      `assign: expected ${known?.type}[${known?.shape}] for "${name}", got ${given.type}[${given.shape}]; a variable keeps its type and shape`,
    );
  }
}

/** For each variable "name/value" → "name/assign", and "name/read". */
function accessGraph(specs: Readonly<Record<string, VariableSpec>>): Uint8Array {
  const graph = createGraph();
  for (const [name, spec] of Object.entries(specs)) {
    const handle = variableHandle(graph, `${name}/handle`, name, spec);
    const value = graph.placeholder(`${name}/value`, spec.type, spec.shape);
    assignVariable(graph, `${name}/assign`, handle, value);
    readVariable(graph, `${name}/read`, handle, spec);
  }
  return encodeGraph(graph, graph.nodes);
}

/**
 * The resource of a variable, whichever graph of the session asks.
 * @param nodeName of the node; `name` is the variable's.
 */
export function variableHandle(
  graph: Graph,
  nodeName: string,
  name: string,
  spec: VariableSpec,
): Output {
  return firstOutput(
    graph.add({
      op: "VarHandleOp",
      name: nodeName,
      attributes: {
        dtype: { type: spec.type },
        shape: { shape: spec.shape },
        shared_name: { string: name },
      },
      outputs: [{ type: "resource", shape: [] }],
    }),
  );
}

export function readVariable(
  graph: Graph,
  name: string,
  handle: Output,
  spec: VariableSpec,
): Output {
  return firstOutput(
    graph.add({
      op: "ReadVariableOp",
      name,
      inputs: [handle],
      attributes: { dtype: { type: spec.type } },
      outputs: [spec],
      stateful: true,
    }),
  );
}

export function assignVariable(graph: Graph, name: string, handle: Output, value: Output) {
  return graph.add({
    op: "AssignVariableOp",
    name,
    inputs: [handle, value],
    attributes: { dtype: { type: value.type } },
    outputs: [],
    stateful: true,
  });
}
