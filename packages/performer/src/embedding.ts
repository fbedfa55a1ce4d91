/** Tokens and positions to vectors, and vectors back to token scores with the same (tied) table. */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { floatOneHot } from "./one-hot.ts";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";
import { type PositionRange, sinusoidalPositions } from "./positions.ts";

/**
 * tokens [B, L] int32 → [B L, E]: table row times sqrt(E), plus the position (Vaswani et al. 2017,
 * sections 3.4, 3.5) unless it is rotary. The row is taken by a one-hot product: V is small, and its
 * gradient is a product too, on every backend. An id outside 0..V-1 selects no row.
 * @param positions of `positionVectors`.
 */
export function embedTokens(
  tokens: tf.Tensor2D,
  parameters: ParameterTree,
  config: ModelConfig,
  positions: tf.Tensor2D,
): tf.Tensor2D {
  const [B, L] = tokens.shape;
  const { vocabularySize: V, embeddingSize: E } = config;
  const table = leaf(branch(parameters, "embedding"), "token") as tf.Tensor2D;
  const oneHot = floatOneHot(tf.reshape(tokens, [B * L]), V);
  const rows = tf.reshape(tf.matMul(oneHot, tf.mul(table, Math.sqrt(E))), [B, L, E]);
  const placed = config.positions === "rotary" ? rows : tf.add(rows, positions);
  return tf.reshape(placed, [B * L, E]);
}

/**
 * What the model knows of the positions from `start` on: [length, E], added to their tokens, or for
 * rotary positions [length, D], the table that `rotate` reads.
 */
export function positionVectors(
  parameters: ParameterTree,
  { embeddingSize: E, numHeads: H, positions }: ModelConfig,
  range: PositionRange,
): tf.Tensor2D {
  switch (positions) {
    case "sinusoidal":
      return sinusoidalPositions(range, E);
    case "rotary":
      return sinusoidalPositions(range, E / H);
    case "learned": {
      const table = leaf(branch(parameters, "embedding"), "position") as tf.Tensor2D;
      return tf.slice(table, [range.start, 0], [range.length, E]);
    }
    default:
      return positions satisfies never;
  }
}

/** hidden [N, E] → logits [N, V] with the token table, plus a bias a token. */
export function tokenLogits(hidden: tf.Tensor2D, parameters: ParameterTree): tf.Tensor2D {
  const table = leaf(branch(parameters, "embedding"), "token") as tf.Tensor2D;
  const bias = leaf(branch(parameters, "output"), "bias");
  return tf.add(tf.matMul(hidden, table, false, true), bias);
}
