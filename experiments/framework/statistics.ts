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
