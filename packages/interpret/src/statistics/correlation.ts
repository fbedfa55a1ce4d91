/** Pearson's and Spearman's correlation. Undefined is null, never NaN: a constant side has no correlation. */

/**
 * Pearson's r of two equally long lists; null where there are fewer than two values or one side is constant.
 * @throws {RangeError} where the lengths differ or a value is not finite.
 */
export function pearson(first: ArrayLike<number>, second: ArrayLike<number>): number | null {
  if (first.length !== second.length) {
    throw new RangeError(
      `pearson: expected lists of equal length, got ${first.length} and ${second.length}`,
    );
  }
  const a = standardize(first);
  const b = standardize(second);
  if (a === null || b === null) return null;
  let product = 0;
  for (let i = 0; i < a.length; i++) product += (a[i] as number) * (b[i] as number);
  return Math.min(1, Math.max(-1, product));
}

/**
 * Values less their mean, scaled to length 1, so that r is a dot product; null where they do not vary.
 * @throws {RangeError} where a value is not finite.
 */
export function standardize(values: ArrayLike<number>): Float64Array | null {
  const count = values.length;
  let largest = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      throw new RangeError(`pearson: expected finite values, got ${value} at ${i}`);
    }
    if (value > largest) largest = value;
    if (value < least) least = value;
    sum += value;
  }
  // by the extremes: rounding of the mean gives equal values a variance that is not quite zero
  if (count < 2 || least === largest) return null;
  const scale = largest - least;
  const mean = sum / count;
  const result = new Float64Array(count);
  let square = 0;
  for (let i = 0; i < count; i++) {
    const value = ((values[i] as number) - mean) / scale;
    result[i] = value;
    square += value * value;
  }
  const norm = Math.sqrt(square);
  return norm > 0 ? result.map((value) => value / norm) : null;
}

/** Spearman's rho: Pearson's r of the ranks, ties sharing their mean rank. Null as `pearson`. */
export function spearman(first: ArrayLike<number>, second: ArrayLike<number>): number | null {
  return pearson(ranks(first), ranks(second));
}

/** Ranks from 1; equal values share the mean of the ranks they cover. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, index) => index);
  order.sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) {
      end++;
    }
    for (let i = start; i < end; i++) result[order[i] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}
