/**
 * Softmax attention one position at a time, with a cache of the keys and values of earlier positions.
 * Exact attention keeps all of them: cache and cost of a step grow with the position, which is the
 * baseline that FAVOR+ is measured against. A local window keeps as many as it sees.
 */
import { concat, slice, type Tensor4D } from "@tensorflow/tfjs-core";
import { exactAttention } from "../exact-attention.ts";
import type { Recurrence } from "./recurrence.ts";

/**
 * State: key and value [B, H, t, D] of the last t <= `limit` positions; at the start none.
 * @param limit earlier positions that a query sees.
 */
export function cacheRecurrence(limit: number): Recurrence {
  return {
    start: () => ({}),
    step(state, { query, key, value }) {
      const keys = append(state["key"], key);
      const values = append(state["value"], value);
      return {
        // no key is later than the query
        output: exactAttention(query, keys, values, { direction: "bidirectional", mask: null }),
        state: { key: lastOf(keys, limit), value: lastOf(values, limit) },
      };
    },
    absorb: (key, value) => ({ key: lastOf(key, limit), value: lastOf(value, limit) }),
  };
}

function append(earlier: Tensor4D | undefined, x: Tensor4D): Tensor4D {
  return earlier === undefined ? x : concat([earlier, x], 2);
}

/** The last `count` positions, as a tensor of its own. */
function lastOf(x: Tensor4D, count: number): Tensor4D {
  const [B, H, L, D] = x.shape;
  if (L <= count) return x.clone();
  return slice(x, [0, 0, L - count, 0], [B, H, count, D]);
}
