/** The gradient of relu, from its output. */
import { cast, greater, mul, type Tensor } from "@tensorflow/tfjs-core";

/** dy where output > 0, else 0. A comparison and a cast, because tf.step is six kernels on tfjs-node. */
export function reluGradient<T extends Tensor>(dy: T, output: Tensor): T {
  return mul(dy, cast(greater(output, 0), "float32"));
}
