/**
 * The named kernels f of generalized attention (docs/math.md, eq. 6) and their sign. ReLU is the
 * default and, for proteins, the most accurate of the paper's (Choromanski et al. 2020, table 2);
 * elu + 1 with the identity projection is the linear Transformer (Katharopoulos et al. 2020).
 */
import type { FeatureMapConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { FeatureSign } from "./feature-map.ts";
import { gelu } from "./gelu.ts";
import type { Kernel } from "./generalized-features.ts";
import { reluGradient } from "./relu-gradient.ts";
import { withGradient } from "./with-gradient.ts";

type KernelName = Extract<FeatureMapConfig, { kernelEpsilon: number }>["kind"];

export const GENERALIZED_KERNELS: Readonly<
  Record<KernelName, { kernel: Kernel; sign: FeatureSign }>
> = {
  relu: { kernel: relu, sign: "positive" },
  "elu+1": { kernel: (x) => tf.add(tf.elu(x), 1), sign: "positive" },
  sigmoid: { kernel: tf.sigmoid, sign: "positive" },
  abs: { kernel: tf.abs, sign: "positive" },
  gelu: { kernel: gelu, sign: "any" },
  cos: { kernel: tf.cos, sign: "any" },
  tanh: { kernel: tf.tanh, sign: "any" },
  identity: { kernel: (x) => x, sign: "any" },
};

/** tf.relu's own gradient steps, which costs six kernels on tfjs-node. */
function relu(x: tf.Tensor4D): tf.Tensor4D {
  return withGradient(
    [x],
    () => {
      const value = tf.relu(x);
      return { value, saved: [value] as const };
    },
    (dy, [value]) => [reluGradient(dy, value)],
  );
}
