/**
 * The Performer: `initModel` draws it from a config and a key, `applyModel` is a pure function of it.
 * The model is a plain record; it knows no optimiser, no backend, no files. Nothing in the forward
 * pass reads a tensor's values, so it can be traced into a graph.
 */
import { type RandomKey, splitKey } from "@performer/random";
import { ModelConfig, parseWith } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { attention } from "./attention.ts";
import type { AttentionState, BranchName } from "./block.ts";
import { type DropoutMask, dropout, dropoutMask } from "./dropout.ts";
import { embedTokens, positionVectors } from "./embedding.ts";
import type { FeatureMap } from "./feature-map.ts";
import { applyLayers } from "./layers.ts";
import { tokenLogits } from "./output-head.ts";
import { disposeTree, type ParameterTree } from "./parameter-tree.ts";
import { initParameters } from "./parameters.ts";
import { drawProjections } from "./projection.ts";
import type { After, NamedTensors } from "./reversible.ts";
import { rotationOf } from "./rotary.ts";

export interface PerformerModel {
  readonly config: ModelConfig;
  readonly parameters: ParameterTree;
  /** W of each layer, [M, D]; empty for mechanisms that draw none. Drawn, not trained. */
  readonly projections: readonly tf.Tensor2D[];
}

export interface ModelInputs {
  /** [B, L] int32, ids 0..V-1. */
  readonly tokens: tf.Tensor2D;
  /** [B, L] float32, 1 = takes part, 0 = padding. Default: every position takes part. */
  readonly paddingMask?: tf.Tensor2D | undefined;
}

export interface ApplyOptions {
  /** Given: dropout at the config's rate. Left out: none, as in evaluation. */
  readonly dropoutKey?: RandomKey | undefined;
  /** How masks are drawn; a compiled program passes its own. */
  readonly dropoutMask?: DropoutMask | undefined;
  /** Of every layer, in place of the config's: one that no config can name, `generalizedFeatureMap`. */
  readonly featureMap?: FeatureMap | undefined;
  /** How reversible layers order their backward pass; a compiled program passes its own. */
  readonly after?: After | undefined;
  /**
   * The first so many layers, 0 to all. Fewer than all: hidden states stand before any final norm, and
   * the logits mean nothing. Default: all.
   */
  readonly depth?: number | undefined;
  /** Sees query, key and value of each layer; what it wants to keep it must clone and tf.keep. */
  readonly observe?: ((layer: number, state: AttentionState) => void) | undefined;
  /** Sees what each branch reads before tokens are shifted, [B, L, E]; only of models that shift them. */
  readonly observeShift?: ((layer: number, name: BranchName, x: tf.Tensor3D) => void) | undefined;
}

export interface ModelOutputs {
  /** [B, L, E], after the final layer norm; see `ApplyOptions.depth`. */
  readonly hidden: tf.Tensor3D;
  /** [B, L, V] */
  readonly logits: tf.Tensor3D;
}

/**
 * A fresh model; free it with `disposeModel`.
 * @throws {SchemaError} naming every field of the config that is wrong.
 */
export function initModel(config: ModelConfig, key: RandomKey): PerformerModel {
  const checked = parseWith(ModelConfig, config, "initModel");
  return {
    config: checked,
    parameters: initParameters(checked, splitKey(key, "parameters")),
    projections: drawProjections(checked, splitKey(key, "projections")),
  };
}

/** Frees parameters and projections. */
export function disposeModel(model: PerformerModel): void {
  disposeTree(model.parameters);
  for (const projection of model.projections) projection.dispose();
}

/**
 * tokens [B, L] → hidden states and logits. At padded positions both are finite and without meaning.
 * @throws {RangeError} where the shapes do not fit the config.
 */
export function applyModel(
  { config, parameters, projections }: PerformerModel,
  { tokens, paddingMask }: ModelInputs,
  options: ApplyOptions = {},
): ModelOutputs {
  assertInputs(config, tokens, paddingMask);
  assertDepth(config, options.depth);
  return tf.tidy(() => {
    const [B, L] = tokens.shape;
    const dropping =
      options.dropoutKey !== undefined && config.dropout > 0
        ? { key: options.dropoutKey, mask: options.dropoutMask ?? dropoutMask }
        : undefined;

    const positions = positionVectors(parameters, config, { start: 0, length: L });
    let x = tf.tidy("embedding", () =>
      embedTokens(tokens, parameters, { config, positions, paddingMask }),
    );
    if (dropping) {
      x = dropout(x, config.dropout, splitKey(dropping.key, "embedding"), dropping.mask);
    }
    const hidden = applyLayers(x, parameters, {
      config,
      shape: [B, L],
      dropout: dropping,
      after: options.after,
      depth: options.depth,
      constants: {
        ...namedProjections(projections),
        ...(paddingMask && { paddingMask }),
        ...(config.positions === "rotary" && rotationOf(positions, config.numHeads)),
      },
      observeShift: options.observeShift,
      attend(layer, state, { constants, pass, parameters: ofAttention }) {
        // layers that are computed back would be seen a second time
        if (pass === "first") options.observe?.(layer, state);
        return attention(state.query, state.key, state.value, {
          config: config.attention,
          direction: config.direction,
          featureMap: options.featureMap,
          parameters: ofAttention,
          projection: constants[projectionName(layer)] as tf.Tensor2D | undefined,
          paddingMask: constants["paddingMask"] as tf.Tensor2D | undefined,
        });
      },
    });
    return {
      hidden: tf.reshape<tf.Rank.R3>(hidden, [B, L, config.embeddingSize]),
      logits: tf.reshape<tf.Rank.R3>(
        tf.tidy("output", () => tokenLogits(hidden, parameters, config)),
        [B, L, config.vocabularySize],
      ),
    };
  });
}

function namedProjections(projections: readonly tf.Tensor2D[]): NamedTensors {
  return Object.fromEntries(
    projections.map((projection, layer) => [projectionName(layer), projection]),
  );
}

const projectionName = (layer: number) => `projections/${layer}`;

function assertInputs(
  config: ModelConfig,
  tokens: tf.Tensor2D,
  paddingMask: tf.Tensor2D | undefined,
): void {
  if (tokens.rank !== 2 || tokens.dtype !== "int32") {
    throw new RangeError(
      `applyModel: expected tokens [B, L] of int32, got [${tokens.shape}] of ${tokens.dtype}`,
    );
  }
  const [B, L] = tokens.shape;
  if (L < 1 || L > config.maxLength) {
    throw new RangeError(
      `applyModel: expected a length from 1 to maxLength ${config.maxLength}, got ${L}; split the sequence into windows, or train with a larger maxLength`,
    );
  }
  if (paddingMask && (paddingMask.shape[0] !== B || paddingMask.shape[1] !== L)) {
    throw new RangeError(
      `applyModel: expected paddingMask of the tokens' shape [${B}, ${L}], got [${paddingMask.shape}]`,
    );
  }
}

function assertDepth({ numLayers }: ModelConfig, depth: number | undefined): void {
  if (depth === undefined || (Number.isInteger(depth) && depth >= 0 && depth <= numLayers)) return;
  throw new RangeError(
    `applyModel: expected a depth from 0 to the model's ${numLayers} layers, got ${depth}`,
  );
}
