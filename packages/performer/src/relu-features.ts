/**
 * Generalized attention with f = ReLU: phi(x) = relu(W x) + kernelEpsilon (docs/math.md, eq. 6).
 * It approximates no softmax; it is a kernel of its own, cheaper and, for proteins, more accurate
 * (Choromanski et al. 2020, table 2). No stabiliser: the features grow only linearly with x.
 */
import type { FeatureMapConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureMap } from "./feature-map.ts";
import { project, projectBack } from "./project.ts";
import { reluGradient } from "./relu-gradient.ts";
import { withGradient } from "./with-gradient.ts";

type ReluConfig = Extract<FeatureMapConfig, { kind: "relu" }>;

export function reluFeatureMap({ kernelEpsilon }: ReluConfig): FeatureMap {
  return {
    offset: () => kernelEpsilon,
    queryFeatures: reluFeatures,
    keyFeatures: (key, projection) => ({ features: reluFeatures(key, projection), logScale: null }),
  };
}

/** x [B, H, L, D], W [M, D] → relu(W x), [B, H, L, M] */
function reluFeatures(x: tf.Tensor4D, projection: tf.Tensor2D): tf.Tensor4D {
  return withGradient(
    [x],
    () => {
      const value = tf.relu(project(x, projection));
      return { value, saved: [value, projection] as const };
    },
    (dy, [value, weights]) => [projectBack(reluGradient(dy, value), weights)],
  );
}
