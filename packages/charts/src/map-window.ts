/** The part of a long map that is looked at: as many rows as columns, moved and scaled within it. Pure. */

export interface MapWindow {
  /** First row and first column, counted from 0. */
  readonly row: number;
  readonly column: number;
  /** Rows, and columns. */
  readonly size: number;
}

/** Fewer cells than this say nothing more. */
const LEAST_SIZE = 8;

export const wholeWindow = (length: number): MapWindow => ({ row: 0, column: 0, size: length });

/**
 * Scaled about a point, which keeps its place on the screen.
 * @param factor below 1 shows less and larger cells.
 * @param at the point, as shares of height and width; the middle without.
 */
export function zoomWindow(
  { row, column, size }: MapWindow,
  factor: number,
  length: number,
  at: { readonly row: number; readonly column: number } = { row: 0.5, column: 0.5 },
): MapWindow {
  const scaled = Math.round(size * factor);
  const next = Math.min(length, Math.max(Math.min(LEAST_SIZE, length), scaled));
  return within(
    { row: row + at.row * (size - next), column: column + at.column * (size - next), size: next },
    length,
  );
}

/** Moved by so many cells, as far as the map goes. */
export function panWindow(
  window: MapWindow,
  by: { readonly rows: number; readonly columns: number },
  length: number,
): MapWindow {
  return within(
    { ...window, row: window.row + by.rows, column: window.column + by.columns },
    length,
  );
}

function within({ row, column, size }: MapWindow, length: number): MapWindow {
  const hold = (start: number) => Math.min(length - size, Math.max(0, Math.round(start)));
  return { row: hold(row), column: hold(column), size };
}
