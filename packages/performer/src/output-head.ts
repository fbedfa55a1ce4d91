/** Vectors back to token scores: with the table that embedded them, or one of the head's own. */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { activated } from "./feed-forward.ts";
import { applyNorm } from "./layer-norm.ts";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";

/** hidden [N, E] → logits [N, V]: product with the table, plus a bias a token. */
export function tokenLogits(
  hidden: tf.Tensor2D,
  parameters: ParameterTree,
  config: ModelConfig,
): tf.Tensor2D {
  const head = branch(parameters, "output");
  const table = config.tiedOutput
    ? leaf(branch(parameters, "embedding"), "token")
    : leaf(head, "table");
  const scores = tf.matMul(before(hidden, head, config), table as tf.Tensor2D, false, true);
  return tf.add(scores, leaf(head, "bias"));
}

/** What stands between the hidden states and the table. */
function before(hidden: tf.Tensor2D, head: ParameterTree, config: ModelConfig): tf.Tensor2D {
  const { outputHead, activation, normEpsilon } = config;
  switch (outputHead) {
    case "linear":
      return hidden;
    case "transformed":
      return applyNorm(
        activated(hidden, branch(head, "dense"), activation),
        head,
        "norm",
        normEpsilon,
      );
    default:
      return outputHead satisfies never;
  }
}
