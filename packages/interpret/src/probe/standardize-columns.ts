/** Features on one scale: an L2 penalty weighs columns equally only if they vary equally. */

export interface ColumnScales {
  readonly means: Float64Array;
  /** Of the population; 1 for a column that does not vary, which then counts for nothing. */
  readonly deviations: Float64Array;
}

/**
 * @param features [N × columns] row-major.
 * @throws {RangeError} where a feature is not finite.
 */
export function columnScales(features: Float32Array, columns: number): ColumnScales {
  const rows = features.length / columns;
  const means = new Float64Array(columns);
  const squares = new Float64Array(columns);
  features.forEach((value, i) => {
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `columnScales: expected finite features, got ${value} in row ${Math.floor(i / columns)}`,
      );
    }
    means[i % columns]! += value / rows;
  });
  features.forEach((value, i) => {
    squares[i % columns]! += (value - means[i % columns]!) ** 2 / rows;
  });
  return { means, deviations: squares.map((square) => Math.sqrt(square) || 1) };
}

export function standardizeColumns(
  features: Float32Array,
  { means, deviations }: ColumnScales,
): Float32Array {
  const columns = means.length;
  return features.map((value, i) => (value - means[i % columns]!) / deviations[i % columns]!);
}
