/**
 * Names of recorded nodes: the names given to `tf.tidy(name, …)` around the code, joined by "/".
 * Nodes of the backward pass go under "gradients/" with the scope of the forward value they serve, or,
 * where the gradient itself names its parts, as one does that computes a layer again, with that name.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Output } from "../graph/graph.ts";

/** Scopes that tfjs opens itself. */
const UNNAMED = "unnamed scope";
const AUTODIFF = new Set(["forward", "backward"]);

const scopeNames = () => tf.engine().state.scopeStack.map((scope) => scope.name);

/** The tfjs operations being run, outermost first, for instance ["layerNorm", "mean"]. */
export function activeOperations(): string[] {
  return scopeNames()
    .filter((name) => name.endsWith(tf.OP_SCOPE_SUFFIX))
    .map((name) => name.slice(0, -tf.OP_SCOPE_SUFFIX.length));
}

/** Under which name a node made of `inputs` by `op` goes. */
export function nodeName(op: string, inputs: readonly Output[]): string {
  const names = scopeNames();
  const own = names.filter(
    (name) => name !== UNNAMED && !AUTODIFF.has(name) && !name.endsWith(tf.OP_SCOPE_SUFFIX),
  );
  const scope = own.join("/");
  const served = names.includes("backward") ? forwardScope(inputs) : undefined;
  if (served === undefined) return joined(scope, op);
  return joined("gradients", served.startsWith(scope) ? served : scope, op);
}

const joined = (...parts: string[]) => parts.filter((part) => part !== "").join("/");

/**
 * The deepest scope among the forward values that a node of the backward pass takes, a parameter's
 * folder being its scope; for a node that takes gradients only, theirs.
 */
function forwardScope(inputs: readonly Output[]): string {
  const scopes = inputs
    .filter(({ node }) => node.op !== "Const")
    .map(({ node }) => node.name.split("/").slice(0, -1));
  const forward = scopes.filter(([first]) => first !== "gradients");
  const candidates = (forward.length > 0 ? forward : scopes).map((scope) =>
    scope[0] === "gradients" || scope[0] === "variables" ? scope.slice(1) : scope,
  );
  return candidates
    .reduce((best, scope) => (scope.length > best.length ? scope : best), [])
    .join("/");
}
