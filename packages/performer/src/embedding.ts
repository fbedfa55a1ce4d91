/** Tokens and positions to vectors, and vectors back to token scores with the same (tied) table. */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { floatOneHot } from "./one-hot.ts";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";
import { sinusoidalPositions } from "./positions.ts";

/**
 * tokens [B, L] int32 → [B L, E]: table row times sqrt(E), plus the position (Vaswani et al. 2017,
 * sections 3.4, 3.5). The row is taken by a one-hot product: V is small, and its gradient is a
 * product too, on every backend. An id outside 0..V-1 selects no row.
 */
export function embedTokens(
  tokens: tf.Tensor2D,
  parameters: ParameterTree,
  { vocabularySize: V, embeddingSize: E, positions }: ModelConfig,
): tf.Tensor2D {
  const [B, L] = tokens.shape;
  const tree = branch(parameters, "embedding");
  const table = leaf(tree, "token") as tf.Tensor2D;
  const oneHot = floatOneHot(tf.reshape(tokens, [B * L]), V);
  const rows = tf.reshape(tf.matMul(oneHot, tf.mul(table, Math.sqrt(E))), [B, L, E]);
  const position =
    positions === "learned"
      ? tf.slice(leaf(tree, "position") as tf.Tensor2D, [0, 0], [L, E])
      : sinusoidalPositions(L, E);
  return tf.reshape(tf.add(rows, position), [B * L, E]);
}

/** hidden [N, E] → logits [N, V] with the token table, plus a bias a token. */
export function tokenLogits(hidden: tf.Tensor2D, parameters: ParameterTree): tf.Tensor2D {
  const table = leaf(branch(parameters, "embedding"), "token") as tf.Tensor2D;
  const bias = leaf(branch(parameters, "output"), "bias");
  return tf.add(tf.matMul(hidden, table, false, true), bias);
}
