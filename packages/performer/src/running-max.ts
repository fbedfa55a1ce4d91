/** The maximum over all earlier positions, without a loop over positions and without a gradient. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * x [B, H, L, 1] → a_j = max over i <= j of x_i, same shape.
 * Log-step doubling: after the step of width s, entry j covers the last 2 s positions. O(L log L)
 * work in 3 log2 L kernels. A constant for differentiation: callers use it as a stabiliser.
 */
export function runningMax(x: tf.Tensor4D): tf.Tensor4D {
  const [B, H, L] = x.shape;
  let max = x;
  for (let width = 1; width < L; width *= 2) {
    const head = tf.slice(max, [0, 0, 0, 0], [B, H, width, 1]);
    const rest = tf.slice(max, [0, 0, 0, 0], [B, H, L - width, 1]);
    max = tf.maximum(max, tf.concat([head, rest], 2));
  }
  return max;
}
