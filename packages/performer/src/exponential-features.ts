/**
 * Features that are exponentials, for any exponent h (docs/math.md, eq. 4-5):
 *   phi(x) = scale [exp(h(x) - c) + stabilizer]
 * c cancels in the ratio of the sums (up to the stabiliser) and keeps exp <= 1: for queries the
 * maximum of each position; for keys the masked maximum over the sequence, or in causal mode the
 * running maximum over positions <= j, so that no later key is felt, not even through the
 * stabiliser. c is a constant for differentiation.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureMap } from "./feature-map.ts";
import { keyConstant } from "./key-constant.ts";
import { shiftedExp } from "./shifted-exp.ts";

/** x [B, H, L, D], W [M, D] → h(x), [B, H, L, features] */
type Exponent = (x: tf.Tensor4D, projection: tf.Tensor2D) => tf.Tensor4D;

export interface ExponentialOptions {
  readonly stabilizer: number;
  /** Of a phi of so many features. */
  readonly scale: (numFeatures: number) => number;
}

export function exponentialFeatureMap(
  exponent: Exponent,
  { stabilizer, scale }: ExponentialOptions,
): FeatureMap {
  // the scale enters by the constant, which is small, and not by a pass over the features
  const features = (h: tf.Tensor4D, constant: tf.Tensor4D) =>
    shiftedExp(h, tf.sub(constant, Math.log(scale(h.shape[3]))));
  return {
    sign: "positive",
    offset: (numFeatures) => stabilizer * scale(numFeatures),
    queryFeatures(query, projection) {
      const h = exponent(query, projection);
      return features(h, tf.max(h, -1, true));
    },
    keyFeatures(key, projection, context) {
      const h = exponent(key, projection);
      const { constant, logScale } = keyConstant(tf.max(h, -1, true), context);
      return { features: features(h, constant), logScale };
    },
  };
}
