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
  /** The first so many heads attend by softmax within a window instead; fewer than H (docs/math.md, eq. C11). */
  localHeads: z.int().min(0).max(127).default(0),
  /** Positions that a local head sees on each side of the own one; in causal order on the left side only. */
  localWindow: z.int().min(1).max(4096).default(32),
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

/** Window, global positions and random blocks, after BigBird (docs/math.md, eq. C5). */
const sparseAttention = z.strictObject({
  mechanism: z.literal("sparse"),
  /** Positions seen on each side of the own one; also the size of a random block. */
  window: z.int().min(1).max(4096).default(32),
  /** The first positions, which see all and are seen by all. */
  numGlobal: z.int().min(0).max(4096).default(64),
  /** Blocks that each block sees besides. The defaults are BigBird's 3 : 2 : 3 blocks, at half its size. */
  numRandom: z.int().min(0).max(64).default(3),
});

/** Reformer's attention by hashing, query and key shared (docs/math.md, eq. C6-C9). */
const lshAttention = z.strictObject({
  mechanism: z.literal("lsh"),
  /** Positions of a bucket, on average, at maxLength; a chunk of sorted positions holds twice as many. */
  bucketSize: z.int().min(1).max(1024).default(32),
  /** Rounds of hashing; more of them miss fewer of the large weights. */
  numHashes: z.int().min(1).max(16).default(2),
  /** Training steps between two draws of the rotations; 0 keeps the first draw. Reformer draws at each. */
  redrawEvery: z.int().min(0).default(1),
});

/** Linformer: keys and values mixed into `rank` positions (docs/math.md, eq. C10). No causal form. */
const linformerAttention = z.strictObject({
  mechanism: z.literal("linformer"),
  /** At most maxLength. */
  rank: z.int().min(1).max(4096).default(128),
});

export const AttentionConfig = z.discriminatedUnion("mechanism", [
  favorAttention,
  exactAttention,
  identityAttention,
  localAttention,
  sparseAttention,
  lshAttention,
  linformerAttention,
]);
export type AttentionConfig = z.infer<typeof AttentionConfig>;

const causalMechanisms = AttentionConfig.options
  .map((option) => option.shape.mechanism.value)
  .filter((mechanism) => mechanism !== "linformer");

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
    /** Rotary: query and key are turned, nothing is added to the tokens (docs/math.md, eq. P1). */
    positions: z.enum(["sinusoidal", "learned", "rotary"]).default("sinusoidal"),
    /** Part of each branch's channels comes from the neighbouring positions (docs/math.md, eq. P2). */
    tokenShift: z.boolean().default(false),
    attention: AttentionConfig,
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
