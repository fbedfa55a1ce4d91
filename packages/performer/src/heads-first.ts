/** Between the layout of the API, [B, L, H, D], and that of products over positions, [B, H, L, D]. */
import { type Tensor4D, transpose } from "@tensorflow/tfjs-core";

/** [B, L, H, D] ↔ [B, H, L, D]: its own inverse. */
export const headsFirst = (x: Tensor4D): Tensor4D => transpose(x, [0, 2, 1, 3]);
