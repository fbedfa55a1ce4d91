/**
 * Gradients against central finite differences along random directions. Tensors are float32, so the
 * difference quotient is exact to about 1e-3 at best; what it finds is a wrong formula, not rounding.
 */
import * as tf from "@tensorflow/tfjs-core";
import { expectClose, type Tolerance } from "./expect-close.ts";

export interface GradientCheckOptions extends Tolerance {
  /** Step along a direction of unit root mean square. */
  readonly step?: number;
  /** Random directions an input. */
  readonly directions?: number;
  /** Standard normal numbers; the caller seeds them. */
  readonly normal: () => number;
}

/**
 * Asserts that the gradients of `f`, reduced to a scalar by fixed random weights, agree with
 * (g(x + h d) - g(x - h d)) / 2h for random directions d of every input separately. The weighted sum
 * is taken in float64 on the host, so that only the rounding of `f` itself enters the quotient.
 */
export function checkGradients<Inputs extends readonly tf.Tensor[]>(
  f: (...inputs: Inputs) => tf.Tensor,
  inputs: Inputs,
  { step = 1e-2, directions = 3, normal, rtol = 5e-3, atol = 1e-3 }: GradientCheckOptions,
): void {
  tf.tidy(() => {
    const draw = (shape: number[]) =>
      tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);
    const weights = draw(f(...inputs).shape);
    const weighted = (...at: Inputs) => dotFloat64(f(...at), weights);
    const { grads } = tf
      .engine()
      .gradients(() => tf.sum(tf.mul(f(...inputs), weights)) as tf.Scalar, [...inputs]);
    inputs.forEach((input, i) => {
      const gradient = grads[i] as tf.Tensor;
      const scale = Math.sqrt(dotFloat64(gradient, gradient));
      for (let repeat = 0; repeat < directions; repeat++) {
        const direction = draw(input.shape);
        const moved = (by: number) =>
          inputs.map((x, j) =>
            j === i ? tf.add(x, tf.mul(direction, by)) : x,
          ) as unknown as Inputs;
        const numeric = (weighted(...moved(step)) - weighted(...moved(-step))) / (2 * step);
        expectClose(dotFloat64(gradient, direction), numeric, { rtol, atol: atol * scale });
      }
    });
  });
}

function dotFloat64(a: tf.Tensor, b: tf.Tensor): number {
  const [left, right] = [a.dataSync(), b.dataSync()];
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number);
  return sum;
}
