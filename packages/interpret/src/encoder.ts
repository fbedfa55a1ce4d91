/** What computes hidden states: a model on the tfjs backend that is set, or a compiled graph of it. */
import { applyModel, type PerformerModel } from "@performer/performer";
import type { CollatedSequences } from "@performer/proteins";
import type { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";

export interface Encoder {
  readonly config: Pick<ModelConfig, "embeddingSize" | "maxLength">;
  /** Hidden states after the final layer norm, [B × L × E] row-major. */
  encode(batch: CollatedSequences): Promise<Float32Array>;
}

/** Operation by operation, on the thread of the caller; it borrows the model. */
export function eagerEncoder(model: PerformerModel): Encoder {
  return {
    config: model.config,
    async encode(batch) {
      const shape: [number, number] = [batch.rows, batch.length];
      const hidden = tf.tidy(() => {
        const tokens = tf.tensor2d(batch.tokens, shape, "int32");
        const paddingMask = tf.tensor2d(batch.paddingMask, shape, "float32");
        return applyModel(model, { tokens, paddingMask }).hidden;
      });
      try {
        return await hidden.data<"float32">();
      } finally {
        hidden.dispose();
      }
    },
  };
}
