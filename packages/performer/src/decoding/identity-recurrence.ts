/** Attention that returns its values, one position at a time: there is nothing to remember. */
import type { Recurrence } from "./recurrence.ts";

export function identityRecurrence(): Recurrence {
  return {
    start: () => ({}),
    step: (_state, { value }) => ({ output: value.clone(), state: {} }),
    absorb: () => ({}),
  };
}
