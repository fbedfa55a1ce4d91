/**
 * Dropout by key: the same key gives the same mask on every backend. `dropoutMask` is the seam for
 * a compiled program, which passes its own function instead (random numbers drawn on the host would
 * be frozen into the graph).
 */
import type { RandomKey } from "@performer/random";
import { mul, type Tensor, tensor } from "@tensorflow/tfjs-core";

/**
 * A tensor of the shape of x, entries 0 with probability `rate`, else 1 / (1 - rate). The same key
 * must give the same mask again. A graph also needs x to tell when the mask is wanted.
 */
export type DropoutMask = (x: Tensor, rate: number, key: RandomKey) => Tensor;

/** x with each entry dropped with probability `rate`, the others scaled up so that the mean stays. */
export function dropout<T extends Tensor>(
  x: T,
  rate: number,
  key: RandomKey,
  mask: DropoutMask,
): T {
  return mul(x, mask(x, rate, key));
}

/**
 * Drawn on the host: entry i hashes (key, i), about 7 ns each. tf.randomUniform draws on the host too,
 * is no faster, and takes a seed of 32 bits, in which keys of a long run would collide.
 */
export const dropoutMask: DropoutMask = ({ shape }, rate, [high, low]) => {
  const kept = 1 / (1 - rate);
  const threshold = rate * 0x1_0000_0000;
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
  for (let i = 0; i < values.length; i++) {
    if (hash(high, low, i) >= threshold) values[i] = kept;
  }
  return tensor(values, [...shape]);
};

/** Two rounds of the finaliser of MurmurHash3 (Appleby, 2011) over a counter: 32 uniform bits. */
function hash(high: number, low: number, counter: number): number {
  let word = Math.imul(counter, 0x9e3779b1) ^ high;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35) ^ low;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}
