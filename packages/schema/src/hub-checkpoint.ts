/** Files of a Hugging Face checkpoint, as far as this project reads them; other fields may be there. */
import { z } from "zod";

/** config.json of the model type "esm", with the defaults of transformers' EsmConfig. */
export const EsmCheckpointConfig = z.looseObject({
  model_type: z.literal("esm"),
  vocab_size: z.int(),
  hidden_size: z.int(),
  num_hidden_layers: z.int(),
  num_attention_heads: z.int(),
  intermediate_size: z.int(),
  max_position_embeddings: z.int().default(1026),
  position_embedding_type: z.string().default("absolute"),
  rope_theta: z.number().positive().default(10_000),
  layer_norm_eps: z.number().default(1e-12),
  hidden_dropout_prob: z.number().default(0.1),
  emb_layer_norm_before: z.boolean().nullish(),
  token_dropout: z.boolean().default(false),
  mask_token_id: z.int().nullish(),
  pad_token_id: z.int().nullish(),
  tie_word_embeddings: z.boolean().default(true),
  is_decoder: z.boolean().default(false),
  is_folding_model: z.boolean().default(false),
});
export type EsmCheckpointConfig = z.infer<typeof EsmCheckpointConfig>;

/** model.safetensors.index.json: the file, beside it, of each tensor. */
export const TensorIndex = z.object({
  weight_map: z.record(z.string(), z.string().regex(/^[\w-][\w.-]*\.safetensors$/)),
});
