/** Tokens and positions to vectors. */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { applyNorm } from "./layer-norm.ts";
import { floatOneHot } from "./one-hot.ts";
import { branch, leaf, type ParameterTree } from "./parameter-tree.ts";
import { type PositionRange, sinusoidalPositions } from "./positions.ts";

export interface EmbeddingContext {
  readonly config: ModelConfig;
  /** Of `positionVectors`. */
  readonly positions: tf.Tensor2D;
  /** [B, L], 1 = takes part, 0 = padding. Default: every position takes part. */
  readonly paddingMask?: tf.Tensor2D | undefined;
}

/**
 * tokens [B, L] int32 → [B L, E]: table row times sqrt(E), plus the position (Vaswani et al. 2017,
 * sections 3.4, 3.5) unless it is rotary; what else a config asks for in docs/math.md, "Pretrained
 * models". The row is taken by a one-hot product: V is small, and its gradient is a product too, on
 * every backend. An id outside 0..V-1 selects no row.
 */
export function embedTokens(
  tokens: tf.Tensor2D,
  parameters: ParameterTree,
  { config, positions, paddingMask }: EmbeddingContext,
): tf.Tensor2D {
  const [B, L] = tokens.shape;
  const { vocabularySize: V, embeddingSize: E } = config;
  const tree = branch(parameters, "embedding");
  const oneHot = floatOneHot(tf.reshape(tokens, [B * L]), V);
  const table = scaledTable(leaf(tree, "token") as tf.Tensor2D, config);
  const rows = tf.reshape<tf.Rank.R3>(tf.matMul(oneHot, table), [B, L, E]);
  const kept = config.tokenDropout
    ? tf.mul(rows, dropoutScale(tokens, config.tokenDropout, paddingMask))
    : rows;
  const placed = config.positions === "rotary" ? kept : tf.add(kept, positions);
  const flat = tf.reshape<tf.Rank.R2>(placed, [B * L, E]);
  return config.tokenNorm ? applyNorm(flat, tree, "norm", config.normEpsilon) : flat;
}

function scaledTable(table: tf.Tensor2D, { tokenScale, embeddingSize }: ModelConfig): tf.Tensor2D {
  switch (tokenScale) {
    case "sqrt-width":
      return tf.mul(table, Math.sqrt(embeddingSize));
    case "none":
      return table;
    default:
      return tokenScale satisfies never;
  }
}

/** [B, L, 1]: 0 at the dropped token, elsewhere (1 - share) n / (n - m) (docs/math.md, eq. T1). */
function dropoutScale(
  tokens: tf.Tensor2D,
  { token, share }: NonNullable<ModelConfig["tokenDropout"]>,
  paddingMask: tf.Tensor2D | undefined,
): tf.Tensor {
  const [B, L] = tokens.shape;
  const kept = tf.cast(tf.notEqual(tokens, token), "float32");
  const count = (x: tf.Tensor) => tf.sum(paddingMask ? tf.mul(x, paddingMask) : x, 1, true); // [B, 1]
  // a row of nothing but dropped tokens, or of pads alone, is zero and not 0 / 0
  const scale = tf.div(tf.mul(count(tf.onesLike(kept)), 1 - share), tf.maximum(count(kept), 1));
  return tf.reshape(tf.mul(kept, scale), [B, L, 1]);
}

/**
 * What the model knows of the positions from `start` on: [length, E], added to their tokens, or for
 * rotary positions [length, D], the table that `rotationOf` reads.
 */
export function positionVectors(
  parameters: ParameterTree,
  { embeddingSize: E, numHeads: H, positions, rotaryFrequencies }: ModelConfig,
  range: PositionRange,
): tf.Tensor2D {
  switch (positions) {
    case "sinusoidal":
      return sinusoidalPositions(range, E);
    case "rotary":
      return sinusoidalPositions(range, E / H, rotaryFrequencies);
    case "learned": {
      const table = leaf(branch(parameters, "embedding"), "position") as tf.Tensor2D;
      return tf.slice(table, [range.start, 0], [range.length, E]);
    }
    default:
      return positions satisfies never;
  }
}
