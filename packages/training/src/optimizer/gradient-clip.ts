/** Clipping by the global norm (Pascanu et al., 2013): the direction is kept, the length bounded. */
import * as tf from "@tensorflow/tfjs-core";
import { type GradientTransform, mapTensors, type NamedTensors } from "./transform.ts";

/** sqrt of the sum of squares over all tensors. */
export function globalNorm(tensors: NamedTensors): tf.Scalar {
  return tf.tidy(() => {
    const squares = Object.values(tensors).map((tensor) => tf.sum(tf.square(tensor)));
    return tf.sqrt(tf.addN(squares)) as tf.Scalar;
  });
}

/** Scales all updates by min(1, maximum / norm), where norm is that of the raw gradients. */
export function clipByGlobalNorm(maximum: number): GradientTransform {
  return {
    init: () => ({}),
    update: (updates, state, { gradientNorm }) => {
      // maximum / max(norm, maximum) is min(1, maximum / norm) without a division by zero
      const scale = tf.div(maximum, tf.maximum(gradientNorm, maximum));
      return { updates: mapTensors(updates, (update) => tf.mul(update, scale)), state };
    },
  };
}
