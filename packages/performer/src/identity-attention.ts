/**
 * Attention that returns the values: the article's lower bound on the cost of a mechanism
 * (Choromanski et al. 2020, figure 3). No position sees another, so it is causal in either direction.
 */
import { mul, reshape, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";

/** value [B, L, H, D] → the same; zero at masked positions. mask [B, L] or null. */
export function identityAttention(value: Tensor4D, mask: Tensor2D | null): Tensor4D {
  if (mask === null) return value.clone();
  const [B, L] = value.shape;
  return mul(value, reshape(mask, [B, L, 1, 1]));
}
