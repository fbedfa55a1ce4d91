/** Streams: numbers drawn one after another from a key. The generator is pure-rand's xoroshiro128+. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { mix, type RandomKey } from "./key.ts";

/** Serialisable: plain JSON numbers. */
export type StreamState = { readonly generator: readonly number[]; readonly spare: number | null };

export interface RandomStream {
  /** Uniform on [0, 1), 32 random bits. */
  uniform(): number;
  /** Uniform integer on [0, bound), without modulo bias. */
  integer(bound: number): number;
  /** Standard normal, by the polar method (Marsaglia and Bray, 1964). */
  normal(): number;
  /** The state, from which `restoreStream` goes on exactly. */
  state(): StreamState;
}

const TWO_TO_32 = 0x1_0000_0000;

/** A stream that starts at `key`. */
export function createStream(key: RandomKey): RandomStream {
  const [high, low] = key;
  // the first output is the sum of two state words, so all four must be unrelated: one mix each
  const words = [1, 2, 3, 4].map((index) => {
    const step = Math.imul(index, 0x9e3779b9);
    return mix(low ^ mix(high + step)) ^ mix(low + step);
  });
  return restoreStream({ generator: words, spare: null });
}

/** Continues exactly where `state()` was taken. */
export function restoreStream(state: StreamState): RandomStream {
  const generator = xoroshiro128plusFromState([...state.generator]);
  let spare = state.spare;
  const uniform = () => (generator.next() >>> 0) / TWO_TO_32;

  return {
    uniform,
    integer(bound) {
      if (!Number.isSafeInteger(bound) || bound < 1 || bound > TWO_TO_32) {
        throw new RangeError(`integer: expected a bound from 1 to 2^32, got ${bound}`);
      }
      return uniformInt(generator, 0, bound - 1);
    },
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      for (;;) {
        const x = 2 * uniform() - 1;
        const y = 2 * uniform() - 1;
        const square = x * x + y * y;
        if (square > 0 && square < 1) {
          const factor = Math.sqrt((-2 * Math.log(square)) / square);
          spare = y * factor;
          return x * factor;
        }
      }
    },
    state: () => ({ generator: [...generator.getState()], spare }),
  };
}
