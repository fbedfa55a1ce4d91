/** config.json of an ESM-2 checkpoint as the config of a model here. Nothing that changes a number is passed over. */
import { TOKEN } from "@performer/proteins";
import {
  type EsmCheckpointConfig,
  ModelConfig,
  parseWith,
  VOCABULARY_SIZES,
} from "@performer/schema";
import { ImportError } from "./import-error.ts";

/** 15 % of the residues were chosen, 80 % of these became the mask; EsmEmbeddings has it so, for every model. */
const MASKED_SHARE = 0.15 * 0.8;

/** What the files of a checkpoint say besides config.json. */
export interface EsmFacts {
  readonly hasContactHead: boolean;
  /** As stored; undefined where the file has none. */
  readonly frequencies: Float32Array | undefined;
  /** Longest sequence that the model shall take, in tokens; default as in config.json. */
  readonly maxLength?: number | undefined;
}

/** @param config one that `assertSupported` let pass. @throws {SchemaError} where sizes do not fit together. */
export function esmModelConfig(config: EsmCheckpointConfig, facts: EsmFacts): ModelConfig {
  const { hidden_size: E, num_attention_heads: H } = config;
  const rotaryFrequencies = unusual(facts.frequencies ?? frequenciesOf(config.rope_theta, E / H));
  return parseWith(
    ModelConfig,
    {
      vocabulary: "esm",
      vocabularySize: config.vocab_size,
      maxLength: facts.maxLength ?? config.max_position_embeddings,
      embeddingSize: E,
      numHeads: H,
      numLayers: config.num_hidden_layers,
      feedForwardSize: config.intermediate_size,
      direction: "bidirectional",
      positions: "rotary",
      ...(rotaryFrequencies && { rotaryFrequencies }),
      attention: { mechanism: "exact" },
      attentionBias: true,
      activation: "gelu",
      normEpsilon: config.layer_norm_eps,
      tokenScale: "none",
      tokenNorm: config.emb_layer_norm_before ?? false,
      ...(config.token_dropout && { tokenDropout: { token: TOKEN.mask, share: MASKED_SHARE } }),
      outputHead: "transformed",
      tiedOutput: config.tie_word_embeddings,
      contactHead: facts.hasContactHead,
      dropout: config.hidden_dropout_prob,
    },
    "import esm2",
  );
}

/** transformers computes them in float32: 1 / base^(2c/D). */
function frequenciesOf(base: number, headSize: number): Float32Array {
  return Float32Array.from({ length: headSize / 2 }, (_, c) => base ** ((-2 * c) / headSize));
}

/** Rounding of float32, by which stored frequencies may differ from those of this project. */
const USUAL = 1e-6;

/** The frequencies where they are not 10000^(-2c/D), for instance because they were rounded to float16. */
function unusual(frequencies: Float32Array): number[] | undefined {
  const usual = frequenciesOf(10_000, 2 * frequencies.length);
  const isUsual = frequencies.every(
    (value, c) => Math.abs(value - (usual[c] as number)) <= USUAL * value,
  );
  return isUsual ? undefined : Array.from(frequencies);
}

/** @throws {ImportError} naming the field that has no counterpart here. */
export function assertSupported(config: EsmCheckpointConfig): void {
  const rules: readonly [ok: boolean, field: string, got: unknown, expected: string][] = [
    [
      config.position_embedding_type === "rotary",
      "position_embedding_type",
      config.position_embedding_type,
      '"rotary", that of every ESM-2; ESM-1b and ESM-1v have absolute positions, take an ESM-2 instead',
    ],
    [
      config.vocab_size === VOCABULARY_SIZES.esm,
      "vocab_size",
      config.vocab_size,
      "33, the alphabet of ESM-2",
    ],
    [(config.mask_token_id ?? 32) === 32, "mask_token_id", config.mask_token_id, "32"],
    [(config.pad_token_id ?? 1) === 1, "pad_token_id", config.pad_token_id, "1"],
    [!config.is_decoder, "is_decoder", true, "false: a causal ESM has no counterpart here"],
    [
      !config.is_folding_model,
      "is_folding_model",
      true,
      "false: of ESMFold only its language model can be read; save model.esm as EsmForMaskedLM",
    ],
  ];
  for (const [ok, field, got, expected] of rules) {
    if (ok) continue;
    throw new ImportError(
      `import esm2: config.json, ${field}: expected ${expected}, got ${JSON.stringify(got)}`,
    );
  }
}
