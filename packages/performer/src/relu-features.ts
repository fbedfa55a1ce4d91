/**
 * Generalized attention with f = ReLU: phi(x) = relu(W x) + kernelEpsilon (docs/math.md, eq. 6).
 * It approximates no softmax; it is a kernel of its own, cheaper and, for proteins, more accurate
 * (Choromanski et al. 2020, table 2). No stabiliser: the features grow only linearly with x.
 */
import type { FeatureMapConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureMap } from "./feature-map.ts";
import { project, projectBack } from "./project.ts";
import { withGradient } from "./with-gradient.ts";

type ReluConfig = Extract<FeatureMapConfig, { kind: "relu" }>;

export function reluFeatureMap({ kernelEpsilon }: ReluConfig): FeatureMap {
  const features = (x: tf.Tensor4D, projection: tf.Tensor2D) =>
    reluFeatures(x, projection, kernelEpsilon);
  return {
    queryFeatures: features,
    keyFeatures: (key, projection) => ({ features: features(key, projection), logScale: null }),
  };
}

/** x [B, H, L, D], W [M, D] → [B, H, L, M], every entry at least `epsilon`. */
function reluFeatures(x: tf.Tensor4D, projection: tf.Tensor2D, epsilon: number): tf.Tensor4D {
  return withGradient(
    [x],
    () => {
      const value = tf.add<tf.Tensor4D>(tf.relu(project(x, projection)), epsilon);
      return { value, saved: [value, projection] as const };
    },
    (dy, [value, weights]) => {
      // 1 where W x > 0; a comparison and a cast, because tf.step is six kernels on tfjs-node
      const open = tf.cast(tf.greater(value, epsilon), "float32");
      return [projectBack(tf.mul(dy, open), weights)];
    },
  );
}
