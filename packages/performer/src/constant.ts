/** What is computed from the inputs and yet has no gradient: orders, buckets, masks. */
import type { Tensor } from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/**
 * The result of `make`, as a constant for differentiation: none of its operations is recorded, so
 * that those without a gradient (argMax, topk) may stand in it and nothing of it is kept.
 */
export function constant<T extends Tensor>(make: () => T): T {
  return withGradient(
    [],
    () => ({ value: make(), saved: [] }),
    () => [],
  );
}
