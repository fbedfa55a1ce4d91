/** Matrices as charts take them: row-major numbers, with null (or NaN) where a cell is undefined. */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows × columns], row-major. */
  readonly values: ArrayLike<number | null>;
}

/** The value of a cell, null where it is undefined. */
export function valueAt(matrix: Matrix, row: number, column: number): number | null {
  const value = matrix.values[row * matrix.columns + column];
  return value === undefined || value === null || Number.isNaN(value) ? null : value;
}

/** A matrix from nested rows, as JSON carries it. @throws {RangeError} where rows differ in length. */
export function matrixFromRows(rows: readonly (readonly (number | null)[])[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const uneven = rows.findIndex((row) => row.length !== columns);
  if (uneven >= 0) {
    throw new RangeError(
      `matrixFromRows: expected ${columns} values in every row, got ${rows[uneven]?.length} in row ${uneven}`,
    );
  }
  return { rows: rows.length, columns, values: rows.flat() };
}

/** @throws {RangeError} where the matrix is empty or its size and its values disagree. */
export function assertMatrix(matrix: Matrix, caller: string): void {
  const { rows, columns, values } = matrix;
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0)) {
    throw new RangeError(
      `${caller}: expected at least one row and one column, got ${rows} × ${columns}; show a message instead of an empty chart`,
    );
  }
  if (values.length !== rows * columns) {
    throw new RangeError(
      `${caller}: expected ${rows} × ${columns} = ${rows * columns} values, got ${values.length}`,
    );
  }
}

/** Least and largest defined finite value; [0, 0] where there is none. */
export function extentOf(matrix: Matrix): [least: number, largest: number] {
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < matrix.values.length; i++) {
    const value = matrix.values[i];
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return least <= largest ? [least, largest] : [0, 0];
}

/**
 * Shrinks a matrix so that no side exceeds `limit`; each cell of the result is the value of largest
 * magnitude in its block. Averaging would erase what an attention map is looked at for: diagonals
 * and stripes one cell wide.
 */
export function poolMatrix(matrix: Matrix, limit: number): Matrix {
  const block = Math.ceil(Math.max(matrix.rows, matrix.columns) / limit);
  if (block <= 1) return matrix;
  const rows = Math.ceil(matrix.rows / block);
  const columns = Math.ceil(matrix.columns / block);
  const pooled = new Float32Array(rows * columns).fill(Number.NaN);
  for (let row = 0; row < matrix.rows; row++) {
    const start = Math.floor(row / block) * columns;
    for (let column = 0; column < matrix.columns; column++) {
      const value = valueAt(matrix, row, column);
      if (value === null) continue;
      const target = start + Math.floor(column / block);
      const held = pooled[target] as number;
      if (Number.isNaN(held) || Math.abs(value) > Math.abs(held)) pooled[target] = value;
    }
  }
  return { rows, columns, values: pooled };
}
