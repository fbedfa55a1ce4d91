/**
 * The shape of a Performer: everything that `init` and `apply` need besides the weights.
 * One definition; the command line, the checkpoint manifest and the API validate with it.
 */
import { z } from "zod";

/** Projections W of the random features, [M, D] (docs/math.md, eq. 3). */
export const projectionKinds = ["orthogonal", "iid", "identity"] as const;

/** FAVOR+ with the generalized ReLU kernel: phi(x) = relu(W x) + kernelEpsilon (docs/math.md, eq. 6). */
const reluFeatureMap = z.strictObject({
  kind: z.literal("relu"),
  kernelEpsilon: z.number().positive().max(1).default(1e-3),
});

/** FAVOR+ with positive random features for the softmax kernel (docs/math.md, eq. 4). */
const softmaxPositiveFeatureMap = z.strictObject({
  kind: z.literal("softmax-positive"),
  stabilizer: z.number().nonnegative().max(1e-2).default(1e-6),
});

export const FeatureMapConfig = z.discriminatedUnion("kind", [
  reluFeatureMap,
  softmaxPositiveFeatureMap,
]);
export type FeatureMapConfig = z.infer<typeof FeatureMapConfig>;

const favorAttention = z.strictObject({
  mechanism: z.literal("favor"),
  featureMap: FeatureMapConfig.default({ kind: "relu", kernelEpsilon: 1e-3 }),
  projection: z.enum(projectionKinds).default("orthogonal"),
  /** M; ignored (and equal to D) where the projection is the identity. */
  numFeatures: z.int().min(1).max(4096).default(256),
  /** Training steps between two draws of W; 0 keeps the first draw. */
  redrawEvery: z.int().min(0).default(1000),
  /** C, the chunk of the causal prefix sum. The result does not depend on it. */
  chunkSize: z.int().min(1).max(1024).default(64),
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
        message: `${config.numHeads} does not divide embeddingSize ${config.embeddingSize}; choose a divisor`,
      });
    }
    if (config.positions === "sinusoidal" && config.embeddingSize % 2 !== 0) {
      context.addIssue({
        code: "custom",
        path: ["embeddingSize"],
        message: `sinusoidal positions need an even size, got ${config.embeddingSize}`,
      });
    }
  });
export type ModelConfig = z.infer<typeof ModelConfig>;
/** What a person writes: defaults may be left out. */
export type ModelConfigInput = z.input<typeof ModelConfig>;
