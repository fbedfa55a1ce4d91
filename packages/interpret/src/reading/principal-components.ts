/**
 * Principal components of some thousand vectors, exactly: eigenvectors of the smaller of XXᵀ and XᵀX by
 * cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5). Power iteration would be shorter
 * and, where two components weigh about the same, slow and arbitrary.
 */

export interface PrincipalComponents {
  /** [N][components]: where each vector lies. The sign is such that the largest place of a component is positive. */
  readonly places: readonly (readonly number[])[];
  /** Share of the variance that each component has; zero throughout where all vectors are alike. */
  readonly shares: readonly number[];
}

/** @throws {RangeError} where there are fewer than two vectors, or they differ in length. */
export function principalComponents(
  vectors: readonly ArrayLike<number>[],
  components = 2,
): PrincipalComponents {
  const size = vectors[0]?.length ?? 0;
  const uneven = vectors.find((vector) => vector.length !== size);
  if (vectors.length < 2 || uneven) {
    throw new RangeError(
      `principalComponents: expected two or more vectors of one length, got ${uneven ? `lengths ${size} and ${uneven.length}` : vectors.length}`,
    );
  }
  const centred = centre(vectors, size);
  // with fewer vectors than numbers in each, XXᵀ has the same eigenvalues and is smaller
  const few = vectors.length < size;
  const { values, vectors: eigen } = symmetricEigen(
    few ? products(centred) : products(transpose(centred)),
  );
  const order = [...values.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const chosen = order.slice(0, components);
  const columns = chosen.map((which) => {
    const direction = Float64Array.from(eigen, (row) => row[which] ?? 0);
    const scale = few ? Math.sqrt(Math.max(0, values[which] ?? 0)) : 1;
    const along = few ? direction : Float64Array.from(centred, (row) => dot(row, direction));
    return positiveAtLargest(along.map((value) => value * scale));
  });
  return {
    places: vectors.map((_, index) => columns.map((column) => column[index] ?? 0)),
    shares: chosen.map((which) => (total > 0 ? Math.max(0, values[which] ?? 0) / total : 0)),
  };
}

function centre(vectors: readonly ArrayLike<number>[], size: number): Float64Array[] {
  const means = new Float64Array(size);
  for (const vector of vectors) {
    for (let i = 0; i < size; i++) means[i] = (means[i] ?? 0) + (vector[i] ?? 0) / vectors.length;
  }
  return vectors.map((vector) =>
    Float64Array.from({ length: size }, (_, i) => (vector[i] ?? 0) - (means[i] ?? 0)),
  );
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

const transpose = (rows: readonly Float64Array[]): Float64Array[] =>
  Array.from({ length: rows[0]?.length ?? 0 }, (_, column) =>
    Float64Array.from(rows, (row) => row[column] ?? 0),
  );

/** Products of every row with every row. */
const products = (rows: readonly Float64Array[]): Float64Array[] =>
  rows.map((first) => Float64Array.from(rows, (second) => dot(first, second)));

function positiveAtLargest(column: Float64Array): Float64Array {
  const largest = column.reduce(
    (most, value) => (Math.abs(value) > Math.abs(most) ? value : most),
    0,
  );
  return largest < 0 ? column.map((value) => -value) : column;
}

const SWEEPS = 30;
/** Of the matrix's size: what lies off the diagonal is rounding. */
const NEGLIGIBLE = 1e-14;

/** Eigenvalues, and eigenvectors as columns, of a symmetric matrix. */
function symmetricEigen(matrix: readonly Float64Array[]): {
  readonly values: number[];
  readonly vectors: Float64Array[];
} {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const v = matrix.map((_, i) => new Float64Array(n).fill(0).fill(1, i, i + 1));
  const size = Math.sqrt(a.reduce((sum, row) => sum + dot(row, row), 0));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += (a[p]?.[q] ?? 0) ** 2;
    if (Math.sqrt(off) <= NEGLIGIBLE * size) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  return { values: a.map((row, i) => row[i] as number), vectors: v };
}

/** Makes a[p][q] zero by a rotation in the plane of p and q. */
function rotate(a: Float64Array[], v: Float64Array[], p: number, q: number): void {
  const [rowP, rowQ] = [a[p] as Float64Array, a[q] as Float64Array];
  const apq = rowP[q] as number;
  if (apq === 0) return;
  const theta = ((rowQ[q] as number) - (rowP[p] as number)) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const rows of [a, v]) {
    for (const row of rows) {
      const [atP, atQ] = [row[p] as number, row[q] as number];
      row[p] = c * atP - s * atQ;
      row[q] = s * atP + c * atQ;
    }
  }
  for (let k = 0; k < a.length; k++) {
    const [atP, atQ] = [rowP[k] as number, rowQ[k] as number];
    rowP[k] = c * atP - s * atQ;
    rowQ[k] = s * atP + c * atQ;
  }
}
