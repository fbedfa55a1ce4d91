/**
 * Positive random features of the softmax kernel, x̂ = D^(-1/4) x (docs/math.md, eq. 4):
 *   phi(x) = M^(-1/2) [exp(W x̂ - |x̂|²/2 - c) + stabilizer]
 * c cancels in the ratio of the sums (up to the stabiliser) and keeps exp <= 1: for queries the
 * maximum of each position; for keys the masked maximum over the sequence, or in causal mode the
 * running maximum over positions <= j, so that no later key is felt, not even through the
 * stabiliser. c is a constant for differentiation.
 */
import type { FeatureMapConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureMap, KeyContext } from "./feature-map.ts";
import { project } from "./project.ts";
import { runningMax } from "./running-max.ts";
import { withGradient } from "./with-gradient.ts";

type SoftmaxConfig = Extract<FeatureMapConfig, { kind: "softmax-positive" }>;

/** Below every real exponent, yet finite: differences of two of them are 0, not NaN. */
const MASKED_EXPONENT = -1e30;

export function softmaxPositiveFeatureMap({ stabilizer }: SoftmaxConfig): FeatureMap {
  return {
    offset: (numFeatures) => stabilizer / Math.sqrt(numFeatures),
    queryFeatures(query, projection) {
      const exponent = softmaxExponent(query, projection);
      return shiftedExp(exponent, tf.max(exponent, -1, true));
    },
    keyFeatures(key, projection, context) {
      const exponent = softmaxExponent(key, projection);
      const own = tf.max<tf.Tensor4D>(exponent, -1, true); // [B, H, L, 1]
      const shared = sharedMaximum(own, context);
      // masked positions lie outside the shared maximum: their own keeps them finite
      const features = shiftedExp(exponent, tf.maximum(shared, own));
      return { features, logScale: context.direction === "causal" ? shared : null };
    },
  };
}

/** x [B, H, L, D], W [M, D] → W x̂ - |x̂|²/2, [B, H, L, M], as one product [x, |x|²] [W, -1/2]ᵀ. */
function softmaxExponent(x: tf.Tensor4D, projection: tf.Tensor2D): tf.Tensor4D {
  const [M, D] = projection.shape;
  const extended = tf.concat([x, tf.sum(tf.square(x), -1, true)], -1);
  const weights = tf.concat(
    [tf.mul(projection, D ** -0.25), tf.fill([M, 1], -0.5 / Math.sqrt(D))],
    -1,
  );
  return project(extended as tf.Tensor4D, weights as tf.Tensor2D);
}

/** own [B, H, L, 1] → the key constant: [B, H, 1, 1], or [B, H, L, 1] in causal mode. */
function sharedMaximum(own: tf.Tensor4D, { direction, mask }: KeyContext): tf.Tensor4D {
  const masked =
    mask === null ? own : tf.add<tf.Tensor4D>(own, tf.mul(tf.sub(1, mask), MASKED_EXPONENT));
  return direction === "causal" ? runningMax(masked) : tf.max(masked, 2, true);
}

/** M^(-1/2) exp(exponent - constant); differentiable in the exponent alone. */
function shiftedExp(exponent: tf.Tensor4D, constant: tf.Tensor): tf.Tensor4D {
  return withGradient(
    [exponent],
    () => {
      const shift = tf.add(constant, Math.log(exponent.shape[3]) / 2);
      const value = tf.exp<tf.Tensor4D>(tf.sub(exponent, shift));
      return { value, saved: [value] as const };
    },
    (dy, [value]) => [tf.mul(dy, value)],
  );
}
