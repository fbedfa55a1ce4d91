/**
 * What computes hidden states and token scores: a model on the tfjs backend that is set, or a compiled
 * graph of it. The functions of this package that read many sequences take either.
 */
import { applyModel, type PerformerModel } from "@performer/performer";
import type { CollatedSequences } from "@performer/proteins";
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";

export interface Encoder {
  readonly config: Pick<ModelConfig, "embeddingSize" | "maxLength" | "numLayers">;
  /**
   * Hidden states after so many layers, for each of `layers` [B × L × E] row-major; behind all of the
   * model's stands the final layer norm.
   */
  encode(batch: CollatedSequences, layers: readonly number[]): Promise<Float32Array[]>;
}

export interface TokenScorer {
  readonly config: Pick<ModelConfig, "direction" | "maxLength" | "vocabularySize">;
  /** Scores of every token at every position, before the softmax, [B × L × V] row-major. */
  logits(batch: CollatedSequences): Promise<Float32Array>;
}

/** Operation by operation, on the thread of the caller, a pass for each layer; it borrows the model. */
export function eagerEncoder(model: PerformerModel): Encoder & TokenScorer {
  const read = async (
    batch: CollatedSequences,
    pick: "hidden" | "logits",
    depth?: number,
  ): Promise<Float32Array> => {
    const shape: [number, number] = [batch.rows, batch.length];
    const output = tf.tidy(() => {
      const tokens = tf.tensor2d(batch.tokens, shape, "int32");
      const paddingMask = tf.tensor2d(batch.paddingMask, shape, "float32");
      return applyModel(model, { tokens, paddingMask }, { depth })[pick];
    });
    try {
      return await output.data<"float32">();
    } finally {
      output.dispose();
    }
  };
  return {
    config: model.config,
    async encode(batch, layers) {
      const states: Float32Array[] = [];
      for (const layer of layers) states.push(await read(batch, "hidden", layer));
      return states;
    },
    logits: (batch) => read(batch, "logits"),
  };
}
