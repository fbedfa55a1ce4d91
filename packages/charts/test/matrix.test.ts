import fc from "fast-check";
import { expect, test } from "vitest";
import { extentOf, matrixFromRows, poolMatrix, valueAt } from "../src/matrix.ts";

test("pooling keeps a diagonal one cell wide", () => {
  const size = 100;
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  const pooled = poolMatrix({ rows: size, columns: size, values }, 10);
  expect([pooled.rows, pooled.columns]).toEqual([10, 10]);
  for (let i = 0; i < 10; i++) {
    expect(valueAt(pooled, i, i)).toBe(1);
    expect(valueAt(pooled, i, (i + 5) % 10)).toBe(0);
  }
});

test("pooling never passes the limit and keeps the value of largest magnitude", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 12 }),
      (rows, columns, limit) => {
        const values = Array.from({ length: rows * columns }, (_, i) => ((i * 7919) % 101) - 50);
        const pooled = poolMatrix({ rows, columns, values }, limit);
        expect(Math.max(pooled.rows, pooled.columns)).toBeLessThanOrEqual(limit);
        const magnitude = (list: ArrayLike<number | null>) =>
          Math.max(...Array.from(list, (value) => Math.abs(value ?? 0)));
        expect(magnitude(pooled.values)).toBe(magnitude(values));
      },
    ),
  );
});

test("a block without any defined value stays undefined", () => {
  const values = [null, null, 1, 2, null, null, 3, -9];
  const pooled = poolMatrix({ rows: 2, columns: 4, values }, 2);
  expect([valueAt(pooled, 0, 0), valueAt(pooled, 0, 1)]).toEqual([null, -9]);
});

test("the extent leaves out undefined and infinite values", () => {
  const values = [null, Number.NaN, Number.POSITIVE_INFINITY, 2, -1];
  expect(extentOf({ rows: 1, columns: 5, values })).toEqual([-1, 2]);
});

test("nested rows become row-major values; uneven rows are refused", () => {
  expect(
    matrixFromRows([
      [1, null],
      [3, 4],
    ]),
  ).toEqual({ rows: 2, columns: 2, values: [1, null, 3, 4] });
  expect(() => matrixFromRows([[1, 2], [3]])).toThrow(
    "matrixFromRows: expected 2 values in every row, got 1 in row 1",
  );
});
