/**
 * The kinds of attention, by the names and fields that a config gives them: feature maps of linear
 * attention, and every mechanism beside it.
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
export const DEFAULT_CHUNK = 64;

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
