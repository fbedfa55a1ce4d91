/**
 * Exact attention one position at a time, with a cache of all keys and values so far. The cache and
 * the cost of a step grow with the position: this is the baseline that FAVOR+ is measured against.
 */
import { concat, type Tensor4D } from "@tensorflow/tfjs-core";
import { exactAttention } from "../exact-attention.ts";
import type { Recurrence } from "./recurrence.ts";

/** State: key and value [B, H, t, D] of the t positions before; at the start none. */
export function exactRecurrence(): Recurrence {
  return {
    start: () => ({}),
    step(state, { query, key, value }) {
      const keys = append(state["key"], key);
      const values = append(state["value"], value);
      return {
        // no key is later than the query
        output: exactAttention(query, keys, values, { direction: "bidirectional", mask: null }),
        state: { key: keys, value: values },
      };
    },
    absorb: (key, value) => ({ key: key.clone(), value: value.clone() }),
  };
}

function append(earlier: Tensor4D | undefined, x: Tensor4D): Tensor4D {
  return earlier === undefined ? x.clone() : concat([earlier, x], 2);
}
