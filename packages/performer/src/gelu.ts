/** x Φ(x) with the normal distribution function Φ itself, not its tanh approximation (Hendrycks and Gimpel 2016); at least -0.17. */
import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

export function gelu<T extends tf.Tensor>(x: T): T {
  return withGradient(
    [x],
    () => {
      const below = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5); // Φ(x), 0..1
      return { value: tf.mul<T>(x, below), saved: [x, below] as const };
    },
    (dy, [input, below]) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), DENSITY_AT_ZERO);
      return [tf.mul(dy, tf.add(below, tf.mul(input, density)))];
    },
  );
}
