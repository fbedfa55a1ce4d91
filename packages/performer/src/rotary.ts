/**
 * Rotary positions (Su et al. 2021): query and key are turned by angles that grow with the position, so
 * that a kernel of their product sees the distance of two positions and not where they stand. Kernels
 * whose projection has no preferred direction (softmax, ReLU with Gaussian rows) stay such kernels.
 */
import type { Rank, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { add, concat, mul, neg, reshape, reverse, slice, sub, tile } from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

/**
 * The angles of L positions as `rotate` reads them, [L, H D] each: rows as wide as those of query and
 * key broadcast over the batch alone, which every backend does several times faster than over heads.
 */
export interface Rotation {
  readonly cosine: Tensor2D;
  /** Of a pair's first number the sine's negative, of its second the sine. */
  readonly sine: Tensor2D;
}

/** @param table [L, D], sines and cosines of the angles: `sinusoidalPositions` of size D. */
export function rotationOf(table: Tensor2D, numHeads: number): Rotation {
  const [L, D] = table.shape;
  const part = (start: number) => slice(table, [0, start], [L, D / 2]);
  const [sine, cosine] = [part(0), part(D / 2)];
  const wide = (first: Tensor2D, second: Tensor2D) =>
    tile(concat([first, second], 1), [1, numHeads]);
  return { cosine: wide(cosine, cosine), sine: wide(neg(sine), sine) };
}

/**
 * x [B, L, H, D], turned by the angles of its positions; numbers c and c + D/2 are a pair (docs/math.md, eq. P1).
 * With their places exchanged in x', it is x ∘ cosine + x' ∘ sine.
 */
export function rotate(x: Tensor4D, { cosine, sine }: Rotation): Tensor4D {
  const [B, L, H, D] = x.shape;
  const rows = (y: Tensor4D) => reshape<Rank.R3>(y, [B, L, H * D]);
  return withGradient(
    [x],
    () => ({
      value: reshape(add(mul(rows(x), cosine), mul(rows(exchanged(x)), sine)), x.shape),
      saved: [cosine, sine] as const,
    }),
    // the inverse of a rotation is its transpose, that of the opposite angle
    (dy, [cos, sin]) => [reshape(sub(mul(rows(dy), cos), mul(rows(exchanged(dy)), sin)), dy.shape)],
  );
}

/** [B, L, H, D] with the numbers of every pair exchanged. */
const exchanged = (x: Tensor4D): Tensor4D =>
  reshape(reverse(reshape(x, [-1, 2, x.shape[3] / 2]), 1), x.shape);
