/** The stack of blocks and the final norm: the same for a whole sequence and for one step of decoding. */
import { splitKey } from "@performer/random";
import type * as tf from "@tensorflow/tfjs-core";
import { tidy } from "@tensorflow/tfjs-core";
import { type AttentionState, applyBlock, type BlockContext } from "./block.ts";
import { applyNorm } from "./layer-norm.ts";
import { branch, type ParameterTree } from "./parameter-tree.ts";

export interface LayersContext extends Pick<BlockContext, "config" | "shape" | "dropout"> {
  /** query, key, value of a layer, [B, L, H, D] each, and its subtree "attention" → [B, L, H, D] */
  readonly attend: (layer: number, state: AttentionState, parameters: ParameterTree) => tf.Tensor4D;
}

/** x [B L, E] → hidden states after the final norm, [B L, E]. */
export function applyLayers(
  x: tf.Tensor2D,
  parameters: ParameterTree,
  { attend, dropout, ...shared }: LayersContext,
): tf.Tensor2D {
  const layers = branch(parameters, "layers");
  let states = x;
  for (let layer = 0; layer < shared.config.numLayers; layer++) {
    const context: BlockContext = {
      ...shared,
      attend: (state, tree) => attend(layer, state, tree),
      dropout: dropout && { ...dropout, key: splitKey(dropout.key, "layer", layer) },
    };
    // the names of tidies become those of the nodes where a graph is traced from this
    const before = states;
    states = tidy(`layers/${layer}`, () => applyBlock(before, branch(layers, layer), context));
  }
  return applyNorm(states, parameters, "finalNorm");
}
