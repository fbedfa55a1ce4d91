/**
 * Rotary positions (Su et al. 2021): query and key are turned by angles that grow with the position, so
 * that a kernel of their product sees the distance of two positions and not where they stand. Kernels
 * whose projection has no preferred direction (softmax, ReLU with Gaussian rows) stay such kernels.
 */

import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { add, concat, mul, neg, reshape, slice, sub } from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/**
 * x [B, L, H, D], turned by the angles of its positions; numbers c and c + D/2 are a pair (docs/math.md, eq. P1).
 * @param table [L, D], sines and cosines of the angles: `sinusoidalPositions` of size D.
 */
export function rotate(x: Tensor4D, table: Tensor2D): Tensor4D {
  const [L, D] = table.shape;
  const half = D / 2;
  const part = (start: number) => reshape(slice(table, [0, start], [L, half]), [L, 1, half]);
  return withGradient(
    [x],
    () => {
      const [sine, cosine] = [part(0), part(half)];
      return { value: turn(x, sine, cosine), saved: [sine, cosine] as const };
    },
    // the inverse of a rotation is its transpose
    (dy, [sine, cosine]) => [turn(dy, neg(sine), cosine)],
  );
}

function turn(x: Tensor4D, sine: ReturnType<typeof neg>, cosine: typeof sine): Tensor4D {
  const [B, L, H, D] = x.shape;
  const half = D / 2;
  const [first, second] = [0, half].map((start) => slice(x, [0, 0, 0, start], [B, L, H, half])) as [
    Tensor4D,
    Tensor4D,
  ];
  return concat<Tensor4D>(
    [sub(mul(first, cosine), mul(second, sine)), add(mul(second, cosine), mul(first, sine))],
    3,
  );
}
