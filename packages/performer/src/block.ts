/**
 * One pre-norm Transformer layer: two branches, attention(norm(x)) and feedForward(norm(x)), each of
 * them added to a residual stream. Which stream is the matter of layers.ts.
 */
import { type RandomKey, splitKey } from "@performer/random";
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { attentionKernels } from "./attention-kernels.ts";
import { dense } from "./dense.ts";
import { type DropoutMask, dropout } from "./dropout.ts";
import { feedForward } from "./feed-forward.ts";
import { applyNorm } from "./layer-norm.ts";
import { branch, type ParameterTree } from "./parameter-tree.ts";
import { type Rotation, rotate } from "./rotary.ts";

/** Query, key (turned, where positions are rotary) and value of a layer, [B, L, H, D] each; freed after the call that receives them. */
export interface AttentionState {
  readonly query: tf.Tensor4D;
  readonly key: tf.Tensor4D;
  readonly value: tf.Tensor4D;
}

export interface BlockContext {
  readonly config: ModelConfig;
  /** [B, L] */
  readonly shape: readonly [number, number];
  /**
   * The attention of this layer, [B, L, H, D]: over the whole sequence, or one step of decoding.
   * `parameters` is the layer's subtree "attention", for mechanisms that learn more than kernels.
   */
  readonly attend: (state: AttentionState, parameters: ParameterTree) => tf.Tensor4D;
  /** Of rotary positions. */
  readonly rotation: Rotation | undefined;
  /** How the neighbours of a position enter a branch, [B, L, E] → [B, L, E]; undefined: not at all. */
  readonly shift: ((name: BranchName, x: tf.Tensor3D) => tf.Tensor3D) | undefined;
  readonly dropout: { readonly key: RandomKey; readonly mask: DropoutMask } | undefined;
}

/** The branches of a layer, in the order in which they are added. */
export const BRANCHES = ["attention", "feedForward"] as const;
export type BranchName = (typeof BRANCHES)[number];

/** The subtrees of a layer's parameters that a branch reads. */
export function branchParameters(name: BranchName, tree: ParameterTree): ParameterTree {
  const norm = `${name}Norm`;
  return { [norm]: branch(tree, norm), [name]: branch(tree, name) };
}

/** dropout(branch(norm(x))): x [B L, E] → [B L, E] */
export function applyBranch(
  name: BranchName,
  x: tf.Tensor2D,
  tree: ParameterTree,
  context: BlockContext,
): tf.Tensor2D {
  const output = tf.tidy(name, () => {
    const { normEpsilon, activation } = context.config;
    const normed = shifted(applyNorm(x, tree, `${name}Norm`, normEpsilon), name, context);
    const parameters = branch(tree, name);
    return name === "attention"
      ? selfAttention(normed, parameters, context)
      : feedForward(normed, parameters, activation);
  });
  return dropped(output, name, context);
}

function selfAttention(x: tf.Tensor2D, tree: ParameterTree, context: BlockContext): tf.Tensor2D {
  const { embeddingSize: E, numHeads: H } = context.config;
  const [B, L] = context.shape;
  const project = (input: tf.Tensor2D, name: string) => dense(input, branch(tree, name));
  const heads = (name: string) => tf.reshape<tf.Rank.R4>(project(x, name), [B, L, H, E / H]);
  const { rotation } = context;
  const placed = (y: tf.Tensor4D) => (rotation ? rotate(y, rotation) : y);

  const names = attentionKernels(context.config.attention);
  const value = heads(names.value);
  const key = names.key === names.value ? value : placed(heads(names.key));
  const query = names.query === names.key ? key : placed(heads(names.query));
  const output = context.attend({ query, key, value }, tree);
  return project(tf.reshape<tf.Rank.R2>(output, [B * L, E]), "output");
}

function shifted(x: tf.Tensor2D, name: BranchName, { shape, shift }: BlockContext): tf.Tensor2D {
  return shift ? tf.reshape(shift(name, tf.reshape(x, [...shape, -1])), [-1, x.shape[1]]) : x;
}

function dropped(
  x: tf.Tensor2D,
  place: BranchName,
  { config, dropout: by }: BlockContext,
): tf.Tensor2D {
  return by ? dropout(x, config.dropout, splitKey(by.key, place), by.mask) : x;
}
