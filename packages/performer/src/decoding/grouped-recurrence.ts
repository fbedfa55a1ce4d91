/**
 * Two groups of heads one position at a time, each by a recurrence of its own (head-groups.ts). With a
 * local window and linear attention the state stays of one size, whatever the position.
 */
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { joinHeads, splitHeads } from "../head-groups.ts";
import type { LayerState, Recurrence } from "./recurrence.ts";

/** @param count heads of `first`; those of `others` follow. */
export function groupedRecurrence(
  count: number,
  first: Recurrence,
  others: Recurrence,
): Recurrence {
  const groups = { count, axis: 1 } as const;
  return {
    start: (batchSize) => merged(first.start(batchSize), others.start(batchSize)),
    step(state, inputs) {
      const [near, far] = splitHeads({ ...inputs }, groups);
      const ours = first.step(stateOf("first", state), near);
      const theirs = others.step(stateOf("others", state), far);
      return {
        output: joinHeads(ours.output, theirs.output, 1),
        state: merged(ours.state, theirs.state),
      };
    },
    absorb(key, value) {
      const [near, far] = splitHeads({ key, value }, groups);
      return merged(first.absorb(near.key, near.value), others.absorb(far.key, far.value));
    },
  };
}

type Group = "first" | "others";

function merged(first: LayerState, others: LayerState): LayerState {
  return { ...prefixed("first", first), ...prefixed("others", others) };
}

function prefixed(group: Group, state: LayerState): Record<string, Tensor4D> {
  return Object.fromEntries(Object.entries(state).map(([name, x]) => [`${group}/${name}`, x]));
}

function stateOf(group: Group, state: LayerState): LayerState {
  const own = Object.entries(state).filter(([name]) => name.startsWith(`${group}/`));
  return Object.fromEntries(own.map(([name, x]) => [name.slice(group.length + 1), x]));
}
