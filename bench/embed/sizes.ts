/** What is embedded with: the config of a model of the sizes that were asked for. */
import { TOKEN } from "@performer/proteins";
import { AttentionConfig, ModelConfig } from "@performer/schema";
import type { EmbedCase } from "./options.ts";

/** Tokens that the model takes: more than the longest piece of titin in any set. */
export const MAX_LENGTH = 40_000;

export type ModelSize = Pick<EmbedCase, "layers" | "heads" | "width" | "inner" | "features">;

/** A model of the family of ESM-2. */
export function configOf({ layers, heads, width, inner }: ModelSize): ModelConfig {
  return ModelConfig.parse({
    ...{ vocabulary: "esm", vocabularySize: 33, maxLength: MAX_LENGTH },
    ...{ embeddingSize: width, numHeads: heads, numLayers: layers, feedForwardSize: inner },
    ...{ positions: "rotary", attention: { mechanism: "exact" }, attentionBias: true },
    ...{ activation: "gelu", tokenScale: "none", outputHead: "transformed" },
    tokenDropout: { token: TOKEN.mask, share: 0.12 },
  });
}

export function favorOf({ features }: ModelSize): AttentionConfig {
  return AttentionConfig.parse({
    mechanism: "favor",
    featureMap: { kind: "softmax-positive" },
    numFeatures: features,
  });
}
