/**
 * The position-wise network: f(x W1 + b1) W2 + b2. Its default f is ReLU: float32 training on CPUs is
 * bound by elementwise passes over [B L, F], and ReLU needs three where GELU needs about twenty.
 */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { dense } from "./dense.ts";
import { gelu } from "./gelu.ts";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";
import { reluGradient } from "./relu-gradient.ts";
import { withGradient } from "./with-gradient.ts";

/** x [N, E] → [N, E] */
export function feedForward(
  x: tf.Tensor2D,
  tree: ParameterTree,
  activation: ModelConfig["activation"],
): tf.Tensor2D {
  return dense(activated(x, branch(tree, "inner"), activation), branch(tree, "outer"));
}

/** f(x kernel + bias): of [N, E] the shape that the kernel gives. */
export function activated(
  x: tf.Tensor2D,
  tree: ParameterTree,
  activation: ModelConfig["activation"],
): tf.Tensor2D {
  switch (activation) {
    case "relu":
      return denseRelu(x, leaf(tree, "kernel") as tf.Tensor2D, leaf(tree, "bias") as tf.Tensor1D);
    case "gelu":
      return gelu(dense(x, tree));
    default:
      return activation satisfies never;
  }
}

/** relu(x kernel + bias), [N, F]. */
function denseRelu(x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return withGradient(
    [x, kernel, bias],
    () => {
      const value = tf.fused.matMul({ a: x, b: kernel, bias, activation: "relu" }) as tf.Tensor2D;
      return { value, saved: [x, kernel, value] as const };
    },
    (dy, [input, weights, value]) => {
      const open = reluGradient(dy, value);
      return [
        tf.matMul(open, weights, false, true),
        tf.matMul(input, open, true, false),
        tf.sum(open, 0),
      ];
    },
  );
}
