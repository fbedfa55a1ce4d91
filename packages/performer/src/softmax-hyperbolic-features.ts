/**
 * Hyperbolic features of the softmax kernel, "hyp+" (docs/math.md, eq. 4a): two features a row of W,
 *   phi(x) = (2M)^(-1/2) exp(-|x̂|²/2) [exp(W x̂), exp(-W x̂)].
 * They are the positive features of the mirrored rows [W, -W], whose errors partly cancel: a variance
 * lower than that of 2M independent rows, for the same time and memory.
 */
import * as tf from "@tensorflow/tfjs-core";
import { exponentialFeatureMap } from "./exponential-features.ts";
import type { FeatureMap } from "./feature-map.ts";
import { softmaxExponent } from "./softmax-positive-features.ts";

export function softmaxHyperbolicFeatureMap({ stabilizer }: { stabilizer: number }): FeatureMap {
  return exponentialFeatureMap(
    (x, projection) => softmaxExponent(x, tf.concat([projection, tf.neg(projection)], 0)),
    { stabilizer, scale: (twiceM) => twiceM ** -0.5 },
  );
}
