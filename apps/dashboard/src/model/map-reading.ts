/** What is read off the cells of a view: a part of it, how much each column receives, its strongest pairs. */
import type { Arc, MapWindow } from "@performer/charts";
import type { AttentionCells } from "../compute/compute.ts";

/** Cells of one head of a view. */
export interface HeadCells extends Pick<AttentionCells, "rows" | "columns"> {
  /** [rows.cells × columns.cells] row-major. */
  readonly values: ArrayLike<number>;
}

/** A window of a map whose cells are single residues. */
export function cropCells(
  { columns, values }: HeadCells,
  { row, column, size }: MapWindow,
): HeadCells {
  const cropped = Float32Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [row + Math.floor(at / size), column + (at % size)];
    return values[i * columns.cells + j] ?? Number.NaN;
  });
  return {
    rows: { from: row, to: row + size, cells: size },
    columns: { from: column, to: column + size, cells: size },
    values: cropped,
  };
}

/** Mean weight of each column over the rows of the view. */
export function columnMeans({ rows, columns, values }: HeadCells): number[] {
  return Array.from({ length: columns.cells }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < rows.cells; row++) sum += values[row * columns.cells + column] ?? 0;
    return sum / rows.cells;
  });
}

export const rowOf = ({ columns, values }: HeadCells, row: number): number[] =>
  Array.from({ length: columns.cells }, (_, column) => values[row * columns.cells + column] ?? 0);

export interface StrongestOptions {
  readonly count: number;
  /** Residues between both, at least. */
  readonly apart: number;
}

/** The strongest pairs as arcs, places counted from residue `origin`. Cells must be single residues. */
export function strongestArcs(
  { rows, columns, values }: HeadCells,
  origin: number,
  { count, apart }: StrongestOptions,
): Arc[] {
  const arcs: Arc[] = [];
  for (let row = 0; row < rows.cells; row++) {
    for (let column = 0; column < columns.cells; column++) {
      const [from, to] = [rows.from + row - origin, columns.from + column - origin];
      const weight = values[row * columns.cells + column] ?? 0;
      if (Math.abs(from - to) >= apart && weight > 0) arcs.push({ from, to, weight });
    }
  }
  return arcs.sort((a, b) => b.weight - a.weight).slice(0, count);
}

/** first − second, cell by cell. */
export function differenceOf(first: HeadCells, second: HeadCells): HeadCells {
  const values = Float32Array.from(
    first.values,
    (value, at) => value - (second.values[at] ?? Number.NaN),
  );
  return { ...first, values };
}
