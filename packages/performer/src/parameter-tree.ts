/**
 * Parameters as a plain nested record of tensors, and its flat form ("layers/0/attention/query/kernel")
 * that optimisers and checkpoints use. No class hierarchy: a tree can be mapped, saved and compared.
 */
import type { Tensor } from "@tensorflow/tfjs-core";

export type ParameterTree = { [name: string]: Tensor | ParameterTree };

const SEPARATOR = "/";

/** Tensors by path, in the order of the tree. The tensors are shared, not copied. */
export function flattenTree(tree: ParameterTree): Record<string, Tensor> {
  const flat: Record<string, Tensor> = {};
  const visit = (node: ParameterTree, prefix: string): void => {
    for (const [name, child] of Object.entries(node)) {
      if (isTensor(child)) flat[prefix + name] = child;
      else visit(child, `${prefix}${name}${SEPARATOR}`);
    }
  };
  visit(tree, "");
  return flat;
}

/**
 * The inverse of `flattenTree`.
 * @throws {RangeError} where one path is a prefix of another.
 */
export function unflattenTree(flat: Readonly<Record<string, Tensor>>): ParameterTree {
  const root: ParameterTree = {};
  for (const [path, tensor] of Object.entries(flat)) {
    const names = path.split(SEPARATOR);
    const last = names.pop() as string;
    let node = root;
    for (const name of names) {
      const child = node[name] ?? {};
      if (isTensor(child)) throw new RangeError(clash(path));
      node[name] = child;
      node = child;
    }
    if (node[last] !== undefined) throw new RangeError(clash(path));
    node[last] = tensor;
  }
  return root;
}

/** The subtree `name`. @throws {RangeError} where it is missing or a tensor. */
export function branch(tree: ParameterTree, name: string | number): ParameterTree {
  const child = tree[name];
  if (child === undefined || isTensor(child)) throw new RangeError(missing("subtree", name, tree));
  return child;
}

/** The tensor `name`. @throws {RangeError} where it is missing or a subtree. */
export function leaf(tree: ParameterTree, name: string): Tensor {
  const child = tree[name];
  if (child === undefined || !isTensor(child)) throw new RangeError(missing("tensor", name, tree));
  return child;
}

/** Frees every tensor of the tree. */
export function disposeTree(tree: ParameterTree): void {
  for (const tensor of Object.values(flattenTree(tree))) tensor.dispose();
}

/** By its fields rather than its class: a tree may hold variables or tensors of a tracing backend. */
function isTensor(node: Tensor | ParameterTree): node is Tensor {
  return typeof node["dtype"] === "string" && Array.isArray(node["shape"]);
}

function clash(path: string): string {
  return `unflattenTree: expected distinct paths, got "${path}" beside a prefix of it; rename one`;
}

function missing(kind: string, name: string | number, tree: ParameterTree): string {
  const names = Object.keys(tree).join(", ");
  return `parameters: expected a ${kind} "${name}", got only [${names}]; does the config match the weights?`;
}
