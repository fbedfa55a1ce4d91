/**
 * Token shift one position at a time: what each branch of a layer hands on to the next position, as part
 * of the layer's state. `LayerState` holds it beside what the attention mechanism remembers.
 */
import type { ModelConfig } from "@performer/schema";
import { reshape, slice, type Tensor3D, type Tensor4D, zeros } from "@tensorflow/tfjs-core";
import { BRANCHES, type BranchName } from "../block.ts";
import { handedOn, shiftStep } from "../token-shift.ts";
import type { LayerState } from "./recurrence.ts";

const nameOf = (branch: BranchName) => `${branch}Shift`;

/** Before the first position, where zero stands; nothing for a model that does not shift. */
export function startShift({ embeddingSize: E, tokenShift }: ModelConfig, B: number): LayerState {
  if (!tokenShift) return {};
  const entries = BRANCHES.map((branch) => {
    const x = handedOn(zeros([B, 1, E]));
    return [nameOf(branch), asState(x)] as const;
  });
  return Object.fromEntries(entries);
}

/** After a prompt whose normed inputs of the branch were x [B, L, E]. */
export function shiftAfter(branch: BranchName, x: Tensor3D): LayerState {
  const [B, L, E] = x.shape;
  return { [nameOf(branch)]: asState(handedOn(slice(x, [0, L - 1, 0], [B, 1, E]))) };
}

/** One position x [B, 1, E] of the branch: what the branch reads, and what it hands on. */
export function shiftOne(
  state: LayerState,
  branch: BranchName,
  x: Tensor3D,
): { shifted: Tensor3D; next: LayerState } {
  const previous = state[nameOf(branch)] as Tensor4D;
  const [B, , , size] = previous.shape;
  return { shifted: shiftStep(x, reshape(previous, [B, 1, size])), next: shiftAfter(branch, x) };
}

/** [B, 1, size] → [B, 1, 1, size], the rank of every state. */
function asState(x: Tensor3D): Tensor4D {
  const [B, L, size] = x.shape;
  return reshape(x, [B, 1, L, size]);
}
