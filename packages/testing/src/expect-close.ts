/**
 * Numerical closeness as one assertion with both tolerances, which names the worst entry. It fails on
 * NaN, on infinities and on shapes that differ, where tf.test_util's matcher lets them pass.
 */
import type { Tensor } from "@tensorflow/tfjs-core";

export interface Tolerance {
  /** Relative to |expected|. */
  readonly rtol?: number;
  /** In the units of the values. */
  readonly atol?: number;
}

/** A tensor, a typed array, or nested arrays of numbers. */
export type Numeric = Tensor | ArrayLike<number> | NestedNumbers | number;
type NestedNumbers = readonly (number | NestedNumbers)[];

/**
 * Asserts |actual - expected| <= atol + rtol |expected| for every entry. Flat arrays compare with
 * tensors of any shape; two shapes that are both known must be equal.
 * @throws {Error} naming the index, the values, the maximum and the mean difference.
 */
export function expectClose(
  actual: Numeric,
  expected: Numeric,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
): void {
  const got = flatten(actual);
  const want = flatten(expected);
  if (got.shape.length > 1 && want.shape.length > 1 && got.shape.join() !== want.shape.join()) {
    throw new Error(`expectClose: expected shape [${want.shape}], got [${got.shape}]`);
  }
  if (got.values.length !== want.values.length) {
    throw new Error(`expectClose: expected ${want.values.length} values, got ${got.values.length}`);
  }
  const excess = (i: number) =>
    Math.abs(valueAt(got, i) - valueAt(want, i)) - (atol + rtol * Math.abs(valueAt(want, i)));
  let worst = -1;
  let failures = 0;
  let differenceSum = 0;
  let maximum = 0;
  for (let i = 0; i < want.values.length; i++) {
    const difference = Math.abs(valueAt(got, i) - valueAt(want, i));
    if (!Number.isFinite(difference)) {
      throw new Error(
        `expectClose: expected finite values, got ${valueAt(got, i)} for ${valueAt(want, i)} at ${indexOf(i, want.shape)}`,
      );
    }
    differenceSum += difference;
    maximum = Math.max(maximum, difference);
    if (excess(i) <= 0) continue;
    failures++;
    if (worst < 0 || excess(i) > excess(worst)) worst = i;
  }
  if (worst < 0) return;
  throw new Error(
    `expectClose: expected ${valueAt(want, worst)}, got ${valueAt(got, worst)} at ${indexOf(worst, want.shape)}; ` +
      `${failures} of ${want.values.length} entries differ by more than ${atol} + ${rtol}·|expected| ` +
      `(maximum ${maximum.toExponential(3)}, mean ${(differenceSum / want.values.length).toExponential(3)})`,
  );
}

interface Flat {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
}

function flatten(input: Numeric): Flat {
  if (typeof input === "number") return { values: [input], shape: [] };
  if ("dataSync" in input) return { values: input.dataSync(), shape: input.shape };
  if (!Array.isArray(input)) {
    const values = input as ArrayLike<number>;
    return { values, shape: [values.length] };
  }
  const nested = input as NestedNumbers;
  const shape: number[] = [];
  for (
    let level: number | NestedNumbers | undefined = nested;
    Array.isArray(level);
    level = level[0]
  ) {
    shape.push(level.length);
  }
  return { values: nested.flat(Number.POSITIVE_INFINITY as 1) as number[], shape };
}

function valueAt({ values }: Flat, i: number): number {
  return values[i] as number;
}

/** Flat position → "[i, j, k]" */
function indexOf(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${index.join(", ")}]`;
}
