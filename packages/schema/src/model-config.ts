/**
 * The shape of a Performer: everything that `init` and `apply` need besides the weights.
 * One definition; the command line, the checkpoint manifest and the API validate with it.
 */
import { z } from "zod";
import { AttentionConfig, DEFAULT_CHUNK } from "./attention-config.ts";
import { VOCABULARY_SIZES, VocabularyName } from "./vocabulary.ts";

const causalMechanisms = AttentionConfig.options
  .map((option) => option.shape.mechanism.value)
  .filter((mechanism) => mechanism !== "linformer");

export const ModelConfig = z
  .strictObject({
    /** Which tokens there are, in which order. */
    vocabulary: VocabularyName.default("performer"),
    /** V */
    vocabularySize: z.int().min(2).max(1024).default(VOCABULARY_SIZES.performer),
    /** L may not exceed this. */
    maxLength: z.int().min(1).max(1_048_576).default(1024),
    /** E */
    embeddingSize: z.int().min(1).max(8192),
    /** H; E must be a multiple of it, D = E / H. */
    numHeads: z.int().min(1).max(128),
    numLayers: z.int().min(1).max(256),
    feedForwardSize: z.int().min(1).max(65_536),
    direction: z.enum(["bidirectional", "causal"]).default("bidirectional"),
    /** Rotary: query and key are turned, nothing is added to the tokens (docs/math.md, eq. P1). */
    positions: z.enum(["sinusoidal", "learned", "rotary"]).default("sinusoidal"),
    /** [D/2], radians a position, of rotary positions that have others than f_c of eq. P1. */
    rotaryFrequencies: z.array(z.number().positive()).optional(),
    /** Part of each branch's channels comes from the neighbouring positions (docs/math.md, eq. P2). */
    tokenShift: z.boolean().default(false),
    attention: AttentionConfig,
    /** Whether the projections to query, key, value and output add a bias. */
    attentionBias: z.boolean().default(false),
    /** Of the position-wise network, and of an output head that has one; GELU is x Φ(x) itself. */
    activation: z.enum(["relu", "gelu"]).default("relu"),
    /** Added to the variance in every layer norm. */
    normEpsilon: z.number().positive().max(1e-2).default(1e-5),
    /** What a row of the token table is multiplied by: the square root of E, or nothing. */
    tokenScale: z.enum(["sqrt-width", "none"]).default("sqrt-width"),
    /** A layer norm behind the embedding. */
    tokenNorm: z.boolean().default(false),
    /**
     * `token` (the mask) enters as zero, and all others are scaled as dropout would at the rate
     * `share`, the part that was hidden in training (docs/math.md, eq. T1). Default: it has a row.
     */
    tokenDropout: z
      .strictObject({ token: z.int().nonnegative(), share: z.number().min(0).max(0.9) })
      .optional(),
    /** transformed: dense, activation and layer norm stand before the product with the token table. */
    outputHead: z.enum(["linear", "transformed"]).default("linear"),
    /** Whether the scores of tokens use the table that embeds them. */
    tiedOutput: z.boolean().default(true),
    /** A logistic regression from attention maps to contacts of residues (docs/math.md, eq. T3). */
    contactHead: z.boolean().default(false),
    /**
     * Reversible: two streams, whose states the backward pass computes back, so that memory does not
     * grow with depth (docs/math.md, eq. R1). Another function than the ordinary one: weights do not
     * carry over.
     */
    residual: z.enum(["ordinary", "reversible"]).default("ordinary"),
    dropout: z.number().min(0).max(0.9).default(0),
  })
  .superRefine((config, context) => {
    if (config.embeddingSize % config.numHeads !== 0) {
      context.addIssue({
        code: "custom",
        path: ["numHeads"],
        message: `${config.numHeads} does not divide embeddingSize ${config.embeddingSize}; choose one of ${divisors(config.embeddingSize).join(", ")}`,
      });
    }
    checkTokens(config, context);
    if (config.attention.mechanism === "favor" && config.attention.localHeads >= config.numHeads) {
      context.addIssue({
        code: "custom",
        path: ["attention", "localHeads"],
        message: `${config.attention.localHeads} of ${config.numHeads} heads leave none for linear attention; choose at most ${config.numHeads - 1}, or mechanism "local"`,
      });
    }
    if (config.attention.mechanism === "linformer") {
      if (config.direction === "causal") {
        context.addIssue({
          code: "custom",
          path: ["direction"],
          message: `"causal" has no form in attention.mechanism "linformer"; choose "bidirectional", or a mechanism of ${causalMechanisms.join(", ")}`,
        });
      }
      if (config.attention.rank > config.maxLength) {
        context.addIssue({
          code: "custom",
          path: ["attention", "rank"],
          message: `${config.attention.rank} exceeds maxLength ${config.maxLength}; choose at most that`,
        });
      }
    }
    if (config.positions === "sinusoidal" && config.embeddingSize % 2 !== 0) {
      context.addIssue({
        code: "custom",
        path: ["embeddingSize"],
        message: `sinusoidal positions need an even size, got ${config.embeddingSize}; choose an even one, or positions "learned"`,
      });
    }
    const headSize = config.embeddingSize / config.numHeads;
    if (config.positions === "rotary" && Number.isInteger(headSize) && headSize % 2 !== 0) {
      context.addIssue({
        code: "custom",
        path: ["numHeads"],
        message: `rotary positions need an even head size, got ${config.embeddingSize} / ${config.numHeads} = ${headSize}; choose other sizes, or positions "learned"`,
      });
    }
    const { rotaryFrequencies } = config;
    if (
      rotaryFrequencies &&
      (config.positions !== "rotary" || rotaryFrequencies.length * 2 !== headSize)
    ) {
      context.addIssue({
        code: "custom",
        path: ["rotaryFrequencies"],
        message: `${rotaryFrequencies.length} frequencies belong to rotary positions and a head size of ${2 * rotaryFrequencies.length}, got positions "${config.positions}" and head size ${headSize}; leave them out`,
      });
    }
    if (config.tokenShift && config.embeddingSize < 4) {
      context.addIssue({
        code: "custom",
        path: ["tokenShift"],
        message: `takes quarters of the channels, got embeddingSize ${config.embeddingSize}; choose at least 4, or leave tokenShift out`,
      });
    }
    checkChunk(config.attention, config.maxLength, context);
  });
export type ModelConfig = z.infer<typeof ModelConfig>;
/** What a person writes: defaults may be left out. */
export type ModelConfigInput = z.input<typeof ModelConfig>;

interface Issues {
  addIssue(issue: { code: "custom"; path: string[]; message: string }): void;
}

interface TokenFields {
  readonly vocabulary: VocabularyName;
  readonly vocabularySize: number;
  readonly direction: "bidirectional" | "causal";
  readonly tokenDropout?: { readonly token: number } | undefined;
}

function checkTokens(config: TokenFields, context: Issues): void {
  const { vocabulary, vocabularySize, tokenDropout, direction } = config;
  const size = VOCABULARY_SIZES[vocabulary];
  // smaller tables of the own alphabet are trained in tests; another model's has one size
  if (vocabulary !== "performer" && vocabularySize !== size) {
    context.addIssue({
      code: "custom",
      path: ["vocabularySize"],
      message: `the vocabulary "${vocabulary}" has ${size} tokens, got ${vocabularySize}; choose ${size}`,
    });
  }
  if (tokenDropout && tokenDropout.token >= vocabularySize) {
    context.addIssue({
      code: "custom",
      path: ["tokenDropout", "token"],
      message: `${tokenDropout.token} is no token of ${vocabularySize}; choose at most ${vocabularySize - 1}`,
    });
  }
  if (tokenDropout && direction === "causal") {
    context.addIssue({
      code: "custom",
      path: ["tokenDropout"],
      message: `scales every token by what is hidden in the whole sequence, which "causal" may not see; leave it out, or choose "bidirectional"`,
    });
  }
}

/** A chunk longer than any sequence is a mistake, except in the default, which nobody wrote. */
function checkChunk(attention: AttentionConfig, maxLength: number, context: Issues): void {
  if (attention.mechanism !== "favor" || attention.chunkSize === DEFAULT_CHUNK) return;
  if (attention.chunkSize <= maxLength) return;
  context.addIssue({
    code: "custom",
    path: ["attention", "chunkSize"],
    message: `${attention.chunkSize} is longer than maxLength ${maxLength}; choose 1 to ${maxLength}, or leave it out`,
  });
}

/** At most 128, the most heads that a config may have. */
function divisors(size: number): number[] {
  return Array.from({ length: Math.min(size, 128) }, (_, i) => i + 1).filter(
    (candidate) => size % candidate === 0,
  );
}
