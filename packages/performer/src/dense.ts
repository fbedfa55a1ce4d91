/** x kernel, and + bias where the subtree has one. */
import * as tf from "@tensorflow/tfjs-core";
import { leaf, type ParameterTree } from "./parameter-tree.ts";

/** x [N, inputs] → [N, outputs] */
export function dense(x: tf.Tensor2D, tree: ParameterTree): tf.Tensor2D {
  const kernel = leaf(tree, "kernel") as tf.Tensor2D;
  if (tree["bias"] === undefined) return tf.matMul(x, kernel);
  return tf.fused.matMul({ a: x, b: kernel, bias: leaf(tree, "bias") }) as tf.Tensor2D;
}
