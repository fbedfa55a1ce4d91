/**
 * Which values the backward pass may compute again rather than keep: those far larger than what they
 * are made from, by little arithmetic, as the random features of attention are (M features from D
 * numbers). The mark alone changes nothing; a session with `recompute` acts on it, and saves memory
 * for a few per cent of time.
 */
import type { Attribute, Output, Shape } from "../graph/graph.ts";
import { sizeOf } from "./value.ts";

/** TensorFlow's memory optimizer looks for it (grappler/optimizers/memory_optimizer.cc). */
const HINT = "_recompute_hint";

/** Products of up to this many terms count as little arithmetic. */
const LONGEST_PRODUCT = 64;
/** How many times larger than its first factor a product must be to be worth it. */
const GROWTH = 4;

/** What may follow such a product and be computed again with it. */
const CHEAP: ReadonlySet<string> = new Set(["AddV2", "Exp", "Mul", "Relu", "Reshape", "Sub"]);

/** The attribute for a node of these inputs, or none. */
export function recomputeHint(
  op: string,
  inputs: readonly Output[],
  shape: Shape,
): Record<string, Attribute> {
  const size = sizeOf(shape);
  const worthIt = isProduct(op)
    ? size >= GROWTH * sizeOf(inputs[0]?.shape ?? []) && termsOf(inputs, size) <= LONGEST_PRODUCT
    : CHEAP.has(op) &&
      inputs.some(isMarked) &&
      inputs.every((x) => isMarked(x) || sizeOf(x.shape) < size);
  return worthIt ? { [HINT]: { int: 1 } } : {};
}

const isProduct = (op: string) => op === "MatMul" || op === "BatchMatMulV2";
const isMarked = ({ node }: Output) => HINT in node.attributes;

/** The summed axis of a product [m, k] [k, n] → [m, n], from the sizes: sqrt(mk · kn / mn) = k. */
function termsOf([a, b]: readonly Output[], size: number): number {
  return Math.sqrt((sizeOf(a?.shape ?? []) * sizeOf(b?.shape ?? [])) / size);
}
