/**
 * Length buckets: few distinct lengths, so that compiled graphs are few, with little padding.
 * They are 32, 48, 64, 80, …, 128, 160, 192, …, 256, 320, …: each power of two, and quarters of it on the
 * way to the next, but no two closer than 16. At most a fifth of a row of over 64 tokens is padding.
 */

const SMALLEST_BUCKET = 32;
const SMALLEST_STEP = 16;

/** The smallest bucket that holds `tokens`, specials included. @throws {RangeError} below 0. */
export function bucketLength(tokens: number): number {
  if (!Number.isSafeInteger(tokens) || tokens < 0) {
    throw new RangeError(`bucketLength: expected a number of tokens, got ${tokens}`);
  }
  if (tokens <= SMALLEST_BUCKET) return SMALLEST_BUCKET;
  const power = 2 ** Math.floor(Math.log2(tokens - 1));
  const step = Math.max(SMALLEST_STEP, power / 4);
  return step * Math.ceil(tokens / step);
}

export interface LengthGroup {
  /** L of the group's rows: its bucket. */
  readonly length: number;
  /** Which of the given sequences it holds, in the given order. */
  readonly indices: readonly number[];
}

/**
 * Groups of sequences of the same bucket, shortest first, each with at most `maxTokens` tokens of
 * padded batch; a sequence that is longer by itself forms its own group.
 * @param tokenCounts tokens of each sequence, specials included.
 */
export function groupByLength(
  tokenCounts: readonly number[],
  options: { readonly maxTokens: number },
): LengthGroup[] {
  const buckets = new Map<number, number[]>();
  for (const [index, tokens] of tokenCounts.entries()) {
    const length = bucketLength(tokens);
    const indices = buckets.get(length);
    if (indices) indices.push(index);
    else buckets.set(length, [index]);
  }
  const groups: LengthGroup[] = [];
  for (const [length, indices] of [...buckets].sort(([a], [b]) => a - b)) {
    const rows = Math.max(1, Math.floor(options.maxTokens / length));
    for (let start = 0; start < indices.length; start += rows) {
      groups.push({ length, indices: indices.slice(start, start + rows) });
    }
  }
  return groups;
}
