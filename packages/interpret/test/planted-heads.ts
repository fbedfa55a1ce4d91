/** Collected sums whose similarity is known, so that the comparison is tested without a model. */
import { BLOSUM62 } from "@performer/proteins";
import { createStream, type RandomStream, randomKey } from "@performer/random";
import type { ReceivedAttention } from "../src/received-attention.ts";

/**
 * Each head prefers residues by a latent vector; p(a) is the softmax of it. Planted: residues that
 * BLOSUM62 calls alike share their latent numbers. Otherwise: every residue has its own.
 */
export function plantHeads(options: {
  readonly heads: number;
  readonly sequences: number;
  readonly seed: number;
  readonly planted: boolean;
}): ReceivedAttention {
  const stream = createStream(randomKey(options.seed));
  const shares = Array.from({ length: options.heads }, () =>
    softmax(options.planted ? mixByBlosum(stream) : Array.from(BLOSUM62, () => stream.normal())),
  );
  const sums = Array.from({ length: options.sequences }, () =>
    Float64Array.from(
      shares.flatMap((share) => {
        const noisy = share.map((p) => 50 * p * Math.exp(0.2 * stream.normal()));
        return [...noisy, noisy.reduce((sum, x) => sum + x, 0)];
      }),
    ),
  );
  return { heads: options.heads, sums };
}

/** z = B n: the covariance is B Bᵀ, large where rows of BLOSUM62 are alike. */
function mixByBlosum(stream: RandomStream): number[] {
  const noise = Array.from(BLOSUM62, () => stream.normal());
  return BLOSUM62.map((row) =>
    row.reduce((sum, score, b) => sum + 0.05 * score * (noise[b] as number), 0),
  );
}

function softmax(values: readonly number[]): number[] {
  const exponentials = values.map(Math.exp);
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((x) => x / sum);
}
