/** One-hot rows as factors of a product. */
import { cast, oneHot, type Tensor } from "@tensorflow/tfjs-core";

/**
 * ids [...] int32 → [..., depth] float32. Made as integers and cast: tf.oneHot with dtype "float32"
 * writes the bits of integers on the wasm backend.
 */
export function floatOneHot(ids: Tensor, depth: number): Tensor {
  return cast(oneHot(ids, depth), "float32");
}
