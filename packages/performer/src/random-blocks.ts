/**
 * The random part of sparse attention: which blocks of keys each block of queries sees (docs/math.md,
 * eq. C5). Drawn from a key when the model is made, and kept with it; it does not depend on the data,
 * nor on the length of a sequence, so that padding changes nothing.
 */
import { createStream, type RandomKey } from "@performer/random";
import { type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";
import type { Direction } from "./feature-map.ts";

export interface RandomBlocksOptions {
  readonly numBlocks: number;
  readonly numRandom: number;
  readonly direction: Direction;
}

/**
 * [numBlocks, numRandom] block numbers as float32: row n holds distinct blocks other than n, in causal
 * order earlier than n, uniformly drawn. Where there are too few, n itself fills the row; it adds
 * nothing, since a block lies in its own window.
 */
export function drawRandomBlocks(
  { numBlocks, numRandom, direction }: RandomBlocksOptions,
  key: RandomKey,
): Tensor2D {
  const stream = createStream(key);
  const rows = Array.from({ length: numBlocks }, (_, own) => {
    const candidates = direction === "causal" ? own : numBlocks - 1;
    const drawn = new Set<number>();
    while (drawn.size < Math.min(numRandom, candidates)) drawn.add(stream.integer(candidates));
    const others = [...drawn].map((block) => (block < own ? block : block + 1));
    return [...others, ...Array<number>(numRandom - others.length).fill(own)];
  });
  return tensor2d(rows.flat(), [numBlocks, numRandom]);
}
