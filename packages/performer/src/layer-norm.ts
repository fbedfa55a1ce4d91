/** Layer normalisation over the last axis (Ba et al. 2016), one custom gradient instead of a dozen taped kernels. */
import * as tf from "@tensorflow/tfjs-core";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";
import { withGradient } from "./with-gradient.ts";

interface NormParameters {
  readonly scale: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
  readonly epsilon: number;
}

/** x [N, E], scale [E], bias [E] → (x - mean) / sqrt(variance + epsilon) · scale + bias, [N, E] */
function layerNorm(x: tf.Tensor2D, { scale, bias, epsilon }: NormParameters): tf.Tensor2D {
  return withGradient(
    [x, scale, bias],
    () => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      const inverse = tf.rsqrt<tf.Tensor2D>(tf.add(variance, epsilon)); // [N, 1]
      // columns times rows first: a matrix that is broadcast over its columns takes twice the time
      const value = tf.add<tf.Tensor2D>(tf.mul(centred, tf.mul(inverse, scale)), bias);
      return { value, saved: [centred, inverse, scale] as const };
    },
    (dy, [centred, inverse, gain]) => {
      const E = gain.size;
      const weights = tf.reshape(tf.div(gain, E), [E, 1]);
      const product = tf.mul(dy, centred) as tf.Tensor2D;
      // means over E of dy·scale and dy·scale·centred, as matrix products with one column
      const mean = tf.matMul(dy, weights);
      const slope = tf.mul(tf.matMul(product, weights), tf.square(inverse));
      const inner = tf.sub(tf.sub(tf.mul(dy, gain), mean), tf.mul(centred, slope));
      const scaleGradient = tf.matMul(inverse, product, true); // [1, E]
      return [tf.mul(inner, inverse), tf.reshape(scaleGradient, [E]), tf.sum(dy, 0)];
    },
  );
}

/** `layerNorm` with the parameters of the subtree `name`: scale and bias. */
export function applyNorm(
  x: tf.Tensor2D,
  tree: ParameterTree,
  name: string,
  epsilon: number,
): tf.Tensor2D {
  const norm = branch(tree, name);
  return layerNorm(x, {
    scale: leaf(norm, "scale") as tf.Tensor1D,
    bias: leaf(norm, "bias") as tf.Tensor1D,
    epsilon,
  });
}
