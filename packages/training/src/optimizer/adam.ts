/** Adam's direction (Kingma and Ba, 2015, algorithm 1), without the learning rate. */
import * as tf from "@tensorflow/tfjs-core";
import { type GradientTransform, mapTensors, tensorNamed } from "./transform.ts";

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the root of the corrected second moment, outside the root. */
  readonly epsilon: number;
}

/** Updates become m̂ / (sqrt(v̂) + ε); the moments are kept as slots "first" and "second". */
export function scaleByAdam({ beta1, beta2, epsilon }: AdamOptions): GradientTransform {
  return {
    init: (parameters) => ({
      first: mapTensors(parameters, (parameter) => tf.zerosLike(parameter)),
      second: mapTensors(parameters, (parameter) => tf.zerosLike(parameter)),
    }),
    update: (updates, state, { step }) => {
      const first = mapTensors(updates, (gradient, name) =>
        blend(tensorNamed(state["first"], name), gradient, beta1),
      );
      const second = mapTensors(updates, (gradient, name) =>
        blend(tensorNamed(state["second"], name), tf.square(gradient), beta2),
      );
      // computed in float64 here, so that 1 - β^t keeps its digits at t = 1
      const firstScale = 1 / (1 - beta1 ** step);
      const secondScale = 1 / (1 - beta2 ** step);
      const directions = mapTensors(first, (moment, name) => {
        const root = tf.sqrt(tf.mul(tensorNamed(second, name), secondScale));
        return tf.div(tf.mul(moment, firstScale), tf.add(root, epsilon));
      });
      return { updates: directions, state: { first, second } };
    },
  };
}

/** share · average + (1 - share) · value */
function blend(average: tf.Tensor, value: tf.Tensor, share: number): tf.Tensor {
  return tf.add(tf.mul(average, share), tf.mul(value, 1 - share));
}
