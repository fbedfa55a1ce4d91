/** W x for every position, as one flat matrix product. */
import { matMul, reshape, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";

/** x [B, H, L, D], W [M, D] → W x, [B, H, L, M] */
export function project(x: Tensor4D, projection: Tensor2D): Tensor4D {
  const [B, H, L, D] = x.shape;
  const flat = matMul(reshape(x, [B * H * L, D]), projection, false, true);
  return reshape(flat, [B, H, L, projection.shape[0]]);
}
