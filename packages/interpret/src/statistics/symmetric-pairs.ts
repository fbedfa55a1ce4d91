/** The pairs a < b of a symmetric matrix, and two such matrices side by side. */

/** Rows of equal length; null where undefined. */
export type SquareMatrix = readonly (readonly (number | null)[])[];

/** Values of both matrices at each pair a < b that both define. */
export interface PairedValues {
  readonly first: number[];
  readonly second: number[];
}

/**
 * @param order rows and columns of `second` are taken in this order; as they stand without.
 * @throws {RangeError} where a matrix is not square or the sizes differ.
 */
export function pairValues(
  first: SquareMatrix,
  second: SquareMatrix,
  order?: ArrayLike<number>,
): PairedValues {
  assertSquare(first, first.length);
  assertSquare(second, first.length);
  const result: PairedValues = { first: [], second: [] };
  for (let a = 0; a < first.length; a++) {
    const row = second[order ? (order[a] as number) : a];
    for (let b = a + 1; b < first.length; b++) {
      const x = first[a]?.[b] ?? null;
      const y = row?.[order ? (order[b] as number) : b] ?? null;
      if (x === null || y === null) continue;
      result.first.push(x);
      result.second.push(y);
    }
  }
  return result;
}

function assertSquare(matrix: SquareMatrix, size: number): void {
  if (matrix.length !== size || matrix.some((row) => row.length !== size)) {
    throw new RangeError(`pairValues: expected two ${size} × ${size} matrices of one size`);
  }
}
