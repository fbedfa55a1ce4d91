/**
 * The position-wise network: relu(x W1 + b1) W2 + b2. ReLU, not GELU: float32 training on CPUs is
 * bound by elementwise passes over [B L, F], and ReLU needs three where GELU needs about twenty.
 */
import * as tf from "@tensorflow/tfjs-core";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";
import { reluGradient } from "./relu-gradient.ts";
import { withGradient } from "./with-gradient.ts";

/** x [N, E] → [N, E] */
export function feedForward(x: tf.Tensor2D, tree: ParameterTree): tf.Tensor2D {
  const inner = branch(tree, "inner");
  const outer = branch(tree, "outer");
  const hidden = denseRelu(
    x,
    leaf(inner, "kernel") as tf.Tensor2D,
    leaf(inner, "bias") as tf.Tensor1D,
  );
  return tf.add(tf.matMul(hidden, leaf(outer, "kernel") as tf.Tensor2D), leaf(outer, "bias"));
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
