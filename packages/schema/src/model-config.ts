/**
 * The shape of a Performer: everything that `init` and `apply` need besides the weights.
 * One definition; the command line, the checkpoint manifest and the API validate with it.
 */
import { z } from "zod";

/** Projections W of the random features, [M, D] (docs/math.md, eq. 3). */
export const projectionKinds = ["orthogonal", "orthogonal-regularized", "iid", "identity"] as const;

/** f of the generalized kernels, phi(x) = f(W x) + kernelEpsilon (docs/math.md, eq. 6). */
export const generalizedKernels = [
  "relu",
  "elu+1",
  "sigmoid",
  "abs",
  "gelu",
  "cos",
  "tanh",
  "identity",
] as const;
/** exp(W x) is stabilised like the softmax kernel, or it would overflow (docs/math.md, eq. 6). */
const exponentialMaps = ["softmax-positive", "softmax-hyperbolic", "exp"] as const;

/** Every feature map, by the name that a config gives it. */
export const featureMapKinds = [
  ...generalizedKernels,
  ...exponentialMaps,
  "softmax-trigonometric",
] as const;

const generalizedFeatureMap = z.strictObject({
  kind: z.enum(generalizedKernels),
  kernelEpsilon: z.number().positive().max(1).default(1e-3),
});

/** Positive random features: of the softmax kernel (eq. 4, 4a), and exp(W x) as a kernel of its own. */
const exponentialFeatureMap = z.strictObject({
  kind: z.enum(exponentialMaps),
  stabilizer: z.number().nonnegative().max(1e-2).default(1e-6),
});

/** Random Fourier features of the softmax kernel (eq. 4b): for comparison, they can be negative. */
const trigonometricFeatureMap = z.strictObject({ kind: z.literal("softmax-trigonometric") });

export const FeatureMapConfig = z.discriminatedUnion("kind", [
  generalizedFeatureMap,
  exponentialFeatureMap,
  trigonometricFeatureMap,
]);
export type FeatureMapConfig = z.infer<typeof FeatureMapConfig>;

/** A sum over fewer positions than this takes one chunk of its own length. */
const DEFAULT_CHUNK = 64;

const favorAttention = z.strictObject({
  mechanism: z.literal("favor"),
  featureMap: FeatureMapConfig.default({ kind: "relu", kernelEpsilon: 1e-3 }),
  projection: z.enum(projectionKinds).default("orthogonal"),
  /**
   * M, the rows of W; ignored (and equal to D) where the projection is the identity. The hyperbolic
   * and the trigonometric map make two features of each row.
   */
  numFeatures: z.int().min(1).max(4096).default(256),
  /** Training steps between two draws of W; 0 keeps the first draw. */
  redrawEvery: z.int().min(0).default(1000),
  /** C, the chunk of the causal prefix sum. The result does not depend on it. */
  chunkSize: z.int().min(1).max(1024).default(DEFAULT_CHUNK),
});

const exactAttention = z.strictObject({ mechanism: z.literal("exact") });

/** Attention returns the values: a lower bound on cost. Query and key have no parameters. */
const identityAttention = z.strictObject({ mechanism: z.literal("identity") });

/** Softmax attention to the nearest positions (docs/math.md, eq. C3). */
const localAttention = z.strictObject({
  mechanism: z.literal("local"),
  /** Positions seen on each side of the own one; in causal order on the left side only. */
  window: z.int().min(1).max(4096).default(64),
});

export const AttentionConfig = z.discriminatedUnion("mechanism", [
  favorAttention,
  exactAttention,
  identityAttention,
  localAttention,
]);
export type AttentionConfig = z.infer<typeof AttentionConfig>;

export const ModelConfig = z
  .strictObject({
    vocabularySize: z.int().min(2).max(1024).default(29),
    /** L may not exceed this. */
    maxLength: z.int().min(1).max(1_048_576).default(1024),
    /** E */
    embeddingSize: z.int().min(1).max(8192),
    /** H; E must be a multiple of it, D = E / H. */
    numHeads: z.int().min(1).max(128),
    numLayers: z.int().min(1).max(256),
    feedForwardSize: z.int().min(1).max(65_536),
    direction: z.enum(["bidirectional", "causal"]).default("bidirectional"),
    positions: z.enum(["sinusoidal", "learned"]).default("sinusoidal"),
    attention: AttentionConfig,
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
    if (config.positions === "sinusoidal" && config.embeddingSize % 2 !== 0) {
      context.addIssue({
        code: "custom",
        path: ["embeddingSize"],
        message: `sinusoidal positions need an even size, got ${config.embeddingSize}; choose an even one, or positions "learned"`,
      });
    }
    checkChunk(config.attention, config.maxLength, context);
  });
export type ModelConfig = z.infer<typeof ModelConfig>;
/** What a person writes: defaults may be left out. */
export type ModelConfigInput = z.input<typeof ModelConfig>;

/** A chunk longer than any sequence is a mistake, except in the default, which nobody wrote. */
function checkChunk(
  attention: AttentionConfig,
  maxLength: number,
  context: { addIssue(issue: { code: "custom"; path: string[]; message: string }): void },
): void {
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
