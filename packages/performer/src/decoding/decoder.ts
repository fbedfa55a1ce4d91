/** What reads tokens and scores the next one: a model on the tfjs backend that is set, or a compiled graph of it. */
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { PerformerModel } from "../model.ts";
import { type DecodingState, decodeStep, disposeDecoding, prefill } from "./decoding.ts";

export interface Decoder {
  readonly config: Pick<ModelConfig, "maxLength" | "vocabularySize">;
  /**
   * Starts over with B rows that have all read `prompt`, one token at least.
   * @returns scores of the token that follows, [B × V] row-major.
   */
  start(prompt: readonly number[], rows: number): Promise<Float32Array>;
  /** One further token a row, [B]; scores of the next, [B × V]. */
  step(tokens: Int32Array): Promise<Float32Array>;
  /** Frees what was remembered. */
  dispose(): void;
}

/**
 * Operation by operation, on the thread of the caller; it borrows the model.
 * @throws {RangeError} in `start`, where the model is bidirectional or has no recurrent form.
 */
export function eagerDecoder(model: PerformerModel): Decoder {
  const { vocabularySize: V } = model.config;
  let state: DecodingState | undefined;
  const dispose = () => {
    if (state !== undefined) disposeDecoding(state);
    state = undefined;
  };
  const moveTo = (next: DecodingState) => {
    dispose();
    state = next;
  };
  const read = async (logits: tf.Tensor) => {
    const values = await logits.data<"float32">();
    logits.dispose();
    return values;
  };
  return {
    config: model.config,
    dispose,
    async start(prompt, rows) {
      const L = prompt.length;
      const logits = tf.tidy(() => {
        const tokens = tf.tile(tf.tensor2d([[...prompt]], [1, L], "int32"), [rows, 1]);
        const outputs = prefill(model, tokens);
        moveTo(outputs.state);
        return tf.slice(outputs.logits, [0, L - 1, 0], [rows, 1, V]);
      });
      return read(logits);
    },
    async step(tokens) {
      if (state === undefined) throw new Error("step: expected a decoder that was started");
      const before = state;
      const logits = tf.tidy(() => {
        const outputs = decodeStep(model, before, tf.tensor1d(tokens, "int32"));
        moveTo(outputs.state);
        return outputs.logits;
      });
      return read(logits);
    },
  };
}
