import fc from "fast-check";
import { expect, test } from "vitest";
import { type MapWindow, panWindow, wholeWindow, zoomWindow } from "../src/map-window.ts";

const lengths = fc.integer({ min: 8, max: 40_000 });
const windows = lengths.chain((length) =>
  fc.record({
    length: fc.constant(length),
    window: fc.integer({ min: 8, max: length }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        row: fc.integer({ min: 0, max: length - size }),
        column: fc.integer({ min: 0, max: length - size }),
      }),
    ),
  }),
);

const isWithin = ({ row, column, size }: MapWindow, length: number) =>
  [row, column, size].every(Number.isInteger) &&
  Math.min(row, column) >= 0 &&
  Math.max(row, column) + size <= length;

test("whatever is zoomed and panned, the window stays within the map", () => {
  fc.assert(
    fc.property(
      windows,
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.integer({ min: -50_000, max: 50_000 }),
      ({ length, window }, factor, by) => {
        expect(isWithin(zoomWindow(window, factor, length), length)).toBe(true);
        expect(isWithin(panWindow(window, { rows: by, columns: -by }, length), length)).toBe(true);
      },
    ),
  );
});

test("a point that is zoomed about keeps its place, to half a cell", () => {
  const window = { row: 200, column: 300, size: 400 };
  const at = { row: 0.25, column: 0.75 };
  const next = zoomWindow(window, 0.5, 1000, at);
  expect(next.size).toBe(200);
  expect(Math.abs(next.row + at.row * 200 - 300)).toBeLessThanOrEqual(0.5);
  expect(Math.abs(next.column + at.column * 200 - 600)).toBeLessThanOrEqual(0.5);
});

test("no nearer than 8 cells, no farther than the whole; a map of 5 shows all 5", () => {
  expect(zoomWindow(wholeWindow(100), 0.001, 100).size).toBe(8);
  expect(zoomWindow({ row: 3, column: 9, size: 20 }, 99, 100)).toEqual(wholeWindow(100));
  expect(zoomWindow(wholeWindow(5), 0.5, 5)).toEqual(wholeWindow(5));
});
