/**
 * Decoding of causal models one token at a time. With FAVOR+ a step costs the same time and memory at
 * every position; the logits are those of `applyModel` on the whole prefix.
 *
 * The functions are pure: a step returns a new state and leaves the old one as it was. The tensors of
 * a state outlive any tidy, so that a sequence can be continued at will; `disposeDecoding` frees them.
 *
 * Beyond maxLength a step is refused, as `applyModel` refuses a longer sequence: sinusoidal positions
 * could go on, but the model has never seen them.
 */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { embedTokens, positionVectors } from "../embedding.ts";
import { headsFirst } from "../heads-first.ts";
import { applyLayers } from "../layers.ts";
import { applyModel, type PerformerModel } from "../model.ts";
import { tokenLogits } from "../output-head.ts";
import { rotationOf } from "../rotary.ts";
import { createRecurrence, type LayerState, type Recurrence } from "./recurrence.ts";
import { shiftAfter, shiftOne, startShift } from "./shift-state.ts";

export interface DecodingState {
  /** Tokens read so far, which is the position of the next one. */
  readonly position: number;
  /** What each layer remembers. */
  readonly layers: readonly LayerState[];
}

/**
 * The state of B rows before their first token.
 * @throws {RangeError} where the model is bidirectional, or its mechanism has no recurrent form.
 */
export function initDecoding(model: PerformerModel, batchSize: number): DecodingState {
  const recurrences = recurrencesOf("initDecoding", model);
  const layers = tf.tidy(() =>
    recurrences.map((layer) =>
      mapState({ ...layer.start(batchSize), ...startShift(model.config, batchSize) }, keep),
    ),
  );
  return { position: 0, layers };
}

/**
 * Reads a prompt in the parallel form: linear in L, and much faster than L steps.
 * tokens [B, L] int32 → logits [B, L, V] of every position, and the state after them.
 * @throws {RangeError} as `initDecoding`, and as `applyModel` for the shape of the tokens.
 */
export function prefill(
  model: PerformerModel,
  tokens: tf.Tensor2D,
): { logits: tf.Tensor3D; state: DecodingState } {
  const recurrences = recurrencesOf("prefill", model);
  const layers: LayerState[] = [];
  const remember = (layer: number, state: LayerState) => {
    layers[layer] = { ...layers[layer], ...mapState(state, keep) };
  };
  const logits = tf.tidy(() => {
    const outputs = applyModel(
      model,
      { tokens },
      {
        observe(layer, { key, value }) {
          const recurrence = recurrences[layer] as Recurrence;
          remember(layer, recurrence.absorb(headsFirst(key), headsFirst(value)));
        },
        observeShift: (layer, name, x) => remember(layer, shiftAfter(name, x)),
      },
    );
    return outputs.logits;
  });
  return { logits, state: { position: tokens.shape[1], layers } };
}

/**
 * One token a row: tokens [B] int32 → logits [B, V] of the token that follows, and the new state.
 * @throws {RangeError} at position maxLength, and where B is not the state's.
 */
export function decodeStep(
  model: PerformerModel,
  state: DecodingState,
  tokens: tf.Tensor1D,
): { logits: tf.Tensor2D; state: DecodingState } {
  assertStep(model.config, state, tokens);
  const { logits, layers } = tf.tidy(() => {
    const position = positionVector(model, state.position);
    const next = applyStep(model, { tokens, position, layers: state.layers });
    return { logits: next.logits, layers: next.layers.map((layer) => mapState(layer, keep)) };
  });
  return { logits, state: { position: state.position + 1, layers } };
}

/** Frees what a state remembers. */
export function disposeDecoding({ layers }: DecodingState): void {
  tf.dispose(layers as LayerState[]);
}

export interface StepTensors {
  /** [B] int32 */
  readonly tokens: tf.Tensor1D;
  /** Of `positionVector`. */
  readonly position: tf.Tensor2D;
  readonly layers: readonly LayerState[];
}

/**
 * `decodeStep` as a function of tensors alone, for compiled graphs: every position is an input of the
 * same shape, and so is every result. logits [B, V]. Call it inside a tidy, which frees what it makes.
 */
export function applyStep(
  model: PerformerModel,
  { tokens, position, layers }: StepTensors,
): { logits: tf.Tensor2D; layers: LayerState[] } {
  const { config, parameters } = model;
  const [B] = tokens.shape;
  const recurrences = recurrencesOf("decodeStep", model);
  const next: LayerState[] = recurrences.map(() => ({}));
  // the blocks tidy up behind them: kept here, and handed to the caller's tidy below
  const remember = (layer: number, state: LayerState) => {
    next[layer] = { ...next[layer], ...mapState(state, keep) };
  };
  const x = embedTokens(tf.reshape(tokens, [B, 1]), parameters, {
    config,
    positions: position,
  });
  const hidden = applyLayers(x, parameters, {
    config,
    shape: [B, 1],
    dropout: undefined,
    constants: config.positions === "rotary" ? { ...rotationOf(position, config.numHeads) } : {},
    shift(layer, name, input) {
      const { shifted, next: state } = shiftOne(layers[layer] as LayerState, name, input);
      remember(layer, state);
      return shifted;
    },
    attend(layer, { query, key, value }) {
      const { output, state } = (recurrences[layer] as Recurrence).step(
        layers[layer] as LayerState,
        { query: atOnePosition(query), key: atOnePosition(key), value: atOnePosition(value) },
      );
      remember(layer, state);
      return atOnePosition(output);
    },
  });
  return {
    logits: tokenLogits(hidden, parameters, config),
    layers: next.map((state) => mapState(state, handOver)),
  };
}

/** What a model knows of position `position`: [1, E], or [1, D] where positions are rotary. */
export function positionVector(
  { config, parameters }: PerformerModel,
  position: number,
): tf.Tensor2D {
  return positionVectors(parameters, config, { start: position, length: 1 });
}

function recurrencesOf(caller: string, { config, projections }: PerformerModel): Recurrence[] {
  if (config.direction !== "causal") {
    throw new RangeError(
      `${caller}: expected a causal model, got direction "${config.direction}", which predicts hidden tokens and no next one; train a model with direction "causal"`,
    );
  }
  return Array.from({ length: config.numLayers }, (_, layer) =>
    createRecurrence({
      config: config.attention,
      projection: projections[layer],
      numHeads: config.numHeads,
      headSize: config.embeddingSize / config.numHeads,
    }),
  );
}

/** [B, 1, H, D] ↔ [B, H, 1, D]: with one position the order of the numbers is the same. */
function atOnePosition(x: tf.Tensor4D): tf.Tensor4D {
  const [B, first, second, D] = x.shape;
  return tf.reshape(x, [B, second, first, D]);
}

const keep = (x: tf.Tensor4D): tf.Tensor4D => tf.keep(x);

/** A kept tensor as one of the tidy that runs now. */
function handOver(x: tf.Tensor4D): tf.Tensor4D {
  const owned = x.clone();
  x.dispose();
  return owned;
}

function mapState(state: LayerState, map: (x: tf.Tensor4D) => tf.Tensor4D): LayerState {
  return Object.fromEntries(Object.entries(state).map(([name, x]) => [name, map(x)]));
}

function assertStep(
  { maxLength }: ModelConfig,
  { position, layers }: DecodingState,
  tokens: tf.Tensor1D,
): void {
  if (position >= maxLength) {
    throw new RangeError(
      `decodeStep: expected a position below maxLength ${maxLength}, got ${position}; end the sequence here, or train with a larger maxLength`,
    );
  }
  const [state] = layers.flatMap((layer) => Object.values(layer));
  const batchSize = state?.shape[0] ?? tokens.size;
  if (tokens.rank !== 1 || tokens.dtype !== "int32" || tokens.size !== batchSize) {
    throw new RangeError(
      `decodeStep: expected tokens [${batchSize}] of int32, got [${tokens.shape}] of ${tokens.dtype}`,
    );
  }
}
