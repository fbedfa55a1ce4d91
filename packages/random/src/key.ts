/** Keys: 64 bits that name a stream of random numbers. */

export type RandomKey = readonly [high: number, low: number];

/** Finaliser of MurmurHash3 (Appleby, 2011): every input bit changes every output bit. */
export function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** The root key of a run. @throws {RangeError} where `seed` is no safe non-negative integer. */
export function randomKey(seed: number): RandomKey {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`randomKey: expected a safe non-negative integer, got ${seed}`);
  }
  const low = seed % 0x1_0000_0000;
  const high = Math.floor(seed / 0x1_0000_0000);
  return [mix(high ^ 0x9e3779b9), mix(low ^ 0x7f4a7c15)];
}

/** A child key. The same path gives the same key; different paths give unrelated streams. */
export function splitKey(key: RandomKey, ...path: readonly (string | number)[]): RandomKey {
  let [high, low] = key;
  for (const part of path) {
    for (const word of words(part)) {
      high = mix(high ^ Math.imul(word, 0x9e3779b1) ^ Math.imul(low, 5));
      low = mix(low + word + Math.imul(high, 0x27d4eb2f));
    }
  }
  return [high, low];
}

function words(part: string | number): number[] {
  const text = typeof part === "number" ? `#${part}` : `$${part}`;
  return [text.length, ...Array.from(text, (letter) => letter.codePointAt(0) as number)];
}
