/**
 * Generalized attention: phi(x) = f(W x) + kernelEpsilon (docs/math.md, eq. 6). It approximates no
 * softmax; it is a kernel of its own, trained as such. f is an argument: one of the named kernels, or
 * any function of the caller's, differentiated by autodiff. No stabiliser: f decides how features
 * grow with x, and one that grows exponentially belongs into exp-features.ts.
 */
import { type Tensor2D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import type { FeatureMap, FeatureSign } from "./feature-map.ts";
import { project } from "./project.ts";

/** f of each projected position, [B, H, L, M] → the same shape; it must not mix positions. */
export type Kernel = (projected: Tensor4D) => Tensor4D;

export interface GeneralizedOptions {
  /** Added to f: no sum of a non-negative f is then zero. Default 1e-3, as in the paper. */
  readonly kernelEpsilon?: number;
  /** "positive" where f >= 0 everywhere, which saves the watch over denominators. Default "any". */
  readonly sign?: FeatureSign;
}

/**
 * @example
 * attention(query, key, value, { ...options, featureMap: generalizedFeatureMap(tf.softplus) });
 */
export function generalizedFeatureMap(
  kernel: Kernel,
  { kernelEpsilon = 1e-3, sign = "any" }: GeneralizedOptions = {},
): FeatureMap {
  // the tidy frees W x unless the gradient of the kernel wants it
  const features = (x: Tensor4D, projection: Tensor2D) =>
    tidy(() => kernel(project(x, projection)));
  return {
    sign,
    offset: () => kernelEpsilon,
    queryFeatures: features,
    keyFeatures: (key, projection) => ({ features: features(key, projection), logScale: null }),
  };
}
