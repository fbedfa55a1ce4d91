/**
 * The random projections W [M, D] of FAVOR+ (docs/math.md, eq. 3), drawn on the host in float64 from
 * a key, never from data. Orthogonal rows cost O(M D^2), once a draw; they lower the variance of
 * every feature map that is averaged over rows.
 */
import { createStream, type RandomKey, type RandomStream, splitKey } from "@performer/random";
import type { AttentionConfig, ModelConfig } from "@performer/schema";
import { type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";
import { rotationRows } from "./lsh-hash.ts";
import { drawRandomBlocks } from "./random-blocks.ts";

export type ProjectionKind = Extract<AttentionConfig, { mechanism: "favor" }>["projection"];

/**
 * One W, [numFeatures, headSize]; the identity is always [headSize, headSize].
 * Rows of "orthogonal" come in blocks of D: orthogonal inside a block, independent between blocks,
 * each with the norm of a Gaussian row (chi with D degrees of freedom), so that every row is N(0, I)
 * (Choromanski et al. 2020, section 2.4). "orthogonal-regularized" gives all rows the norm √D instead:
 * estimates are then of the regularised softmax kernel, which is the softmax kernel for large D.
 */
export function drawProjection(
  kind: ProjectionKind,
  { numFeatures, headSize }: { numFeatures: number; headSize: number },
  key: RandomKey,
): Tensor2D {
  const rows = projectionRows(kind, numFeatures, headSize, createStream(key));
  return tensor2d(Float32Array.from(rows.flat()), [rows.length, headSize]);
}

/** Shape of the tensor that a mechanism draws for each layer; null where it draws none. */
export function projectionShape(config: ModelConfig): readonly [number, number] | null {
  const { attention } = config;
  const headSize = config.embeddingSize / config.numHeads;
  switch (attention.mechanism) {
    case "favor":
      return [attention.projection === "identity" ? headSize : attention.numFeatures, headSize];
    case "sparse":
      return attention.numRandom === 0
        ? null
        : [Math.ceil(config.maxLength / attention.window), attention.numRandom];
    case "lsh":
      return [attention.numHashes * rotationRows({ ...config, ...attention }), headSize];
    case "exact":
    case "identity":
    case "linformer":
    case "local":
      return null;
    default:
      return attention satisfies never;
  }
}

/** What a model draws: one tensor a layer, or none for mechanisms that draw nothing. */
export function drawProjections(config: ModelConfig, key: RandomKey): Tensor2D[] {
  const shape = projectionShape(config);
  if (shape === null) return [];
  return Array.from({ length: config.numLayers }, (_, layer) =>
    drawLayer(config, shape, splitKey(key, "projection", layer)),
  );
}

function drawLayer(
  { attention, direction }: ModelConfig,
  [rows, columns]: readonly [number, number],
  key: RandomKey,
): Tensor2D {
  switch (attention.mechanism) {
    case "favor":
      return drawProjection(
        attention.projection,
        { numFeatures: attention.numFeatures, headSize: columns },
        key,
      );
    case "sparse":
      return drawRandomBlocks({ numBlocks: rows, numRandom: columns, direction }, key);
    case "lsh":
      return drawProjection("iid", { numFeatures: rows, headSize: columns }, key);
    default:
      throw new RangeError(
        `drawLayer: expected a mechanism that draws, got ${attention.mechanism}`,
      );
  }
}

function projectionRows(
  kind: ProjectionKind,
  numFeatures: number,
  headSize: number,
  stream: RandomStream,
): number[][] {
  switch (kind) {
    case "identity":
      return Array.from({ length: headSize }, (_, i) =>
        Array.from({ length: headSize }, (_, j) => (i === j ? 1 : 0)),
      );
    case "iid":
      return Array.from({ length: numFeatures }, () => gaussianRow(headSize, stream));
    case "orthogonal":
      return orthogonalRows(numFeatures, headSize, stream, () =>
        Math.hypot(...gaussianRow(headSize, stream)),
      );
    case "orthogonal-regularized":
      return orthogonalRows(numFeatures, headSize, stream, () => Math.sqrt(headSize));
    default:
      return kind satisfies never;
  }
}

/** Independent blocks of orthogonal rows, the last one short where D does not divide their number. */
function orthogonalRows(
  numFeatures: number,
  headSize: number,
  stream: RandomStream,
  norm: () => number,
): number[][] {
  const rows: number[][] = [];
  while (rows.length < numFeatures) {
    const count = Math.min(headSize, numFeatures - rows.length);
    for (const direction of orthogonalDirections(count, headSize, stream)) {
      const length = norm();
      rows.push(direction.map((value) => value * length));
    }
  }
  return rows;
}

/**
 * `count` orthogonal unit vectors, uniformly distributed: Gram-Schmidt on Gaussian rows, run twice a
 * row so that the result is orthogonal to float64 rounding.
 */
function orthogonalDirections(count: number, size: number, stream: RandomStream): number[][] {
  const directions: number[][] = [];
  while (directions.length < count) {
    let row = gaussianRow(size, stream);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of directions) {
        const overlap = dot(row, other);
        row = row.map((value, i) => value - overlap * (other[i] as number));
      }
    }
    const norm = Math.hypot(...row);
    directions.push(row.map((value) => value / norm));
  }
  return directions;
}

function gaussianRow(size: number, stream: RandomStream): number[] {
  return Array.from({ length: size }, () => stream.normal());
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
