/** The part of a large map that is looked at, as the address holds it: "first row, first column, size", counted from 1. */
import type { MapWindow } from "@performer/charts";

export const formatWindow = ({ row, column, size }: MapWindow): string =>
  `${row + 1},${column + 1},${size}`;

/** null where the text names no part of a map of `length` residues. */
export function parseWindow(text: string | null, length: number): MapWindow | null {
  const match = /^(\d+),(\d+),(\d+)$/.exec(text ?? "");
  if (match === null) return null;
  const [row, column, size] = [Number(match[1]) - 1, Number(match[2]) - 1, Number(match[3])];
  const inside = row >= 0 && column >= 0 && Math.max(row, column) + size <= length;
  return inside && size > 0 ? { row, column, size } : null;
}
