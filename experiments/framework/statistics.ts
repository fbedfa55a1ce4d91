/** Of a few numbers: what tables and bands of experiments need. */

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample, n − 1 in the denominator; 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Two-sided 95 % quantiles of Student's t, by degrees of freedom from 1 on. */
const STUDENT_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228] as const;
/** As many values as the table of quantiles reaches. */
export const MOST_VALUES = STUDENT_95.length + 1;

export interface MeanInterval {
  readonly mean: number;
  /** 95 % by Student's t: what the mean of the distribution may be, from so few values. */
  readonly low: number;
  readonly high: number;
}

/** @returns infinite bounds for a single value. @throws {RangeError} for none, or for more than MOST_VALUES. */
export function meanInterval(values: readonly number[]): MeanInterval {
  const { length } = values;
  if (length < 1 || length > MOST_VALUES) {
    throw new RangeError(`meanInterval: expected 1 to ${MOST_VALUES} values, got ${length}`);
  }
  const middle = mean(values);
  const quantile = STUDENT_95[length - 2] ?? Number.POSITIVE_INFINITY;
  const reach =
    length === 1 ? quantile : (quantile * standardDeviation(values)) / Math.sqrt(length);
  return { mean: middle, low: middle - reach, high: middle + reach };
}

/** Linear between order statistics; share 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (place - Math.floor(place)) * (above - below);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export interface LineFit {
  readonly slope: number;
  readonly intercept: number;
  /** Standard error of the slope; NaN for two points. */
  readonly slopeError: number;
}

/** Least squares, y = intercept + slope x. @throws {RangeError} for fewer than two points. */
export function fitLine(points: readonly { readonly x: number; readonly y: number }[]): LineFit {
  if (points.length < 2) {
    throw new RangeError(`fitLine: expected two points or more, got ${points.length}`);
  }
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const joint = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const slope = joint / spread;
  const intercept = meanY - slope * meanX;
  const residue = points.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0);
  const freedom = points.length - 2;
  return { slope, intercept, slopeError: Math.sqrt(residue / freedom / spread) };
}
