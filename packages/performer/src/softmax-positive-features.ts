/**
 * Positive random features of the softmax kernel, x̂ = D^(-1/4) x (docs/math.md, eq. 4):
 *   phi(x) = M^(-1/2) [exp(W x̂ - |x̂|²/2 - c) + stabilizer]
 */
import * as tf from "@tensorflow/tfjs-core";
import { exponentialFeatureMap } from "./exponential-features.ts";
import type { FeatureMap } from "./feature-map.ts";
import { project } from "./project.ts";

export function softmaxPositiveFeatureMap({ stabilizer }: { stabilizer: number }): FeatureMap {
  return exponentialFeatureMap(softmaxExponent, { stabilizer, scale: (M) => M ** -0.5 });
}

/** x [B, H, L, D], W [M, D] → W x̂ - |x̂|²/2, [B, H, L, M], as one product [x, |x|²] [W, -1/2]ᵀ. */
export function softmaxExponent(x: tf.Tensor4D, projection: tf.Tensor2D): tf.Tensor4D {
  const [M, D] = projection.shape;
  const extended = tf.concat([x, tf.sum(tf.square(x), -1, true)], -1);
  const weights = tf.concat(
    [tf.mul(projection, D ** -0.25), tf.fill([M, 1], -0.5 / Math.sqrt(D))],
    -1,
  );
  return project(extended as tf.Tensor4D, weights as tf.Tensor2D);
}
