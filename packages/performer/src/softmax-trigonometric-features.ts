/**
 * Trigonometric (random Fourier) features of the softmax kernel, two a row of W (docs/math.md, eq. 4b):
 *   phi(x) = M^(-1/2) exp(|x̂|²/2 - c) [sin(W x̂), cos(W x̂)]
 * The paper's counter-example: unbiased too, but of any sign, and worst where the kernel is small. The
 * factor of a query cancels in the ratio of the sums and is left out; that of a key is kept at or
 * below 1 by the constant c of eq. 5. There is no stabiliser, as nothing here is positive to begin with.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureMap } from "./feature-map.ts";
import { keyConstant } from "./key-constant.ts";
import { project } from "./project.ts";
import { shiftedExp } from "./shifted-exp.ts";

export function softmaxTrigonometricFeatureMap(): FeatureMap {
  return {
    sign: "any",
    offset: () => 0,
    queryFeatures: sinesAndCosines,
    keyFeatures(key, projection, context) {
      const D = key.shape[3];
      const exponent = tf.mul<tf.Tensor4D>(tf.sum(tf.square(key), -1, true), 0.5 / Math.sqrt(D));
      const { constant, logScale } = keyConstant(exponent, context);
      const features = tf.mul<tf.Tensor4D>(
        sinesAndCosines(key, projection),
        shiftedExp(exponent, constant),
      );
      return { features, logScale };
    },
  };
}

/** x [B, H, L, D], W [M, D] → M^(-1/2) [sin(W x̂), cos(W x̂)], [B, H, L, 2M] */
function sinesAndCosines(x: tf.Tensor4D, projection: tf.Tensor2D): tf.Tensor4D {
  const [M, D] = projection.shape;
  return tf.tidy(() => {
    const angle = project(x, tf.mul(projection, D ** -0.25));
    return tf.mul(tf.concat([tf.sin(angle), tf.cos(angle)], -1), M ** -0.5);
  });
}
