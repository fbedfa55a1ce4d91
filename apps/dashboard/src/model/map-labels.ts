/** What the rows or columns of a view are called: a residue each, or the first and last of a cell of several. */
import type { MapSide } from "@performer/schema";

/** "C30", or "101–108" where a cell holds several; counted from 1, as in UniProt. */
export function sideLabels(sequence: string, side: MapSide): string[] {
  return Array.from({ length: side.cells }, (_, cell) => {
    const [first, end] = [cellStart(side, cell), cellStart(side, cell + 1)];
    if (end - first === 1) return `${sequence[first] ?? "?"}${first + 1}`;
    return `${first + 1}–${end}`;
  });
}

/** The first residue of a cell, counted from 0. */
const cellStart = ({ from, to, cells }: MapSide, cell: number): number =>
  from + Math.floor((cell * (to - from)) / cells);

/** Whether each cell is one residue. */
export const isSingle = ({ from, to, cells }: MapSide): boolean => cells === to - from;
