/** x kernel, and + bias where the subtree has one. */
import * as tf from "@tensorflow/tfjs-core";
import { leaf, type ParameterTree } from "./parameter-tree.ts";

/** x [N, inputs] → [N, outputs] */
export function dense(x: tf.Tensor2D, tree: ParameterTree): tf.Tensor2D {
  const product = tf.matMul<tf.Tensor2D>(x, leaf(tree, "kernel") as tf.Tensor2D);
  return tree["bias"] === undefined ? product : tf.add(product, leaf(tree, "bias"));
}
