import { createStream, type RandomStream, randomKey } from "@performer/random";
import { expect, test } from "vitest";
import { pearson } from "../src/statistics/correlation.ts";
import { mantelTest } from "../src/statistics/mantel.ts";
import { pairValues, type SquareMatrix } from "../src/statistics/symmetric-pairs.ts";

/** Symmetric with an undefined diagonal. */
function drawFrom(stream: RandomStream, size: number): (number | null)[][] {
  const matrix = Array.from({ length: size }, () => new Array<number | null>(size).fill(null));
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < a; b++) {
      const value = stream.normal();
      (matrix[a] as (number | null)[])[b] = value;
      (matrix[b] as (number | null)[])[a] = value;
    }
  }
  return matrix;
}

const drawMatrix = (size: number, seed: number) => drawFrom(createStream(randomKey(seed)), size);

function allOrders(size: number): number[][] {
  if (size === 0) return [[]];
  return allOrders(size - 1).flatMap((order) =>
    Array.from({ length: size }, (_, place) => order.toSpliced(place, 0, size - 1)),
  );
}

test("p comes near the exact share of all permutations that agree at least as much", () => {
  const first = drawMatrix(5, 1);
  const second = drawMatrix(5, 2);
  const correlate = (order?: number[]) => {
    const pairs = pairValues(first, second, order);
    return pearson(pairs.first, pairs.second) as number;
  };
  const observed = correlate();
  const orders = allOrders(5);
  expect(orders).toHaveLength(120);
  const exact = orders.filter((order) => correlate(order) >= observed - 1e-12).length / 120;

  const result = mantelTest(first, second, { key: randomKey(3), permutations: 20_000 });
  expect(result?.correlation).toBe(observed);
  // four standard errors of a share of 20,000 draws
  expect(Math.abs((result?.p as number) - exact)).toBeLessThan(4 * Math.sqrt(0.25 / 20_000));
});

test("a matrix against itself reaches the least p that the permutations allow", () => {
  const matrix = drawMatrix(12, 4);
  const result = mantelTest(matrix, matrix, { key: randomKey(0), permutations: 999 });
  expect(result?.correlation).toBeCloseTo(1, 12);
  expect(result?.p).toBe(1 / 1000);
});

test("one-sided: a matrix against its negative has p = 1", () => {
  const matrix = drawMatrix(12, 4);
  const negative = matrix.map((row) => row.map((value) => (value === null ? null : -value)));
  expect(mantelTest(matrix, negative, { key: randomKey(0), permutations: 199 })?.p).toBe(1);
});

test("under the null hypothesis p is uniform", () => {
  const stream = createStream(randomKey(8));
  const ps = Array.from({ length: 200 }, (_, i) => {
    const options = { key: randomKey(i), permutations: 99 };
    return mantelTest(drawFrom(stream, 7), drawFrom(stream, 7), options)?.p as number;
  });
  const mean = ps.reduce((sum, p) => sum + p, 0) / ps.length;
  // uniform on (0, 1]: standard error of the mean of 200 is 0.0204
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * 0.0204);
});

test("the same key gives the same result, another key another", () => {
  const run = (seed: number) =>
    mantelTest(drawMatrix(9, 1), drawMatrix(9, 2), { key: randomKey(seed), permutations: 500 });
  expect(run(5)).toEqual(run(5));
  expect(run(5)?.nullDeviation).not.toBe(run(6)?.nullDeviation);
});

test("pairs that one side leaves undefined take no part", () => {
  const first: SquareMatrix = [
    [null, 1, 2],
    [1, null, null],
    [2, null, null],
  ];
  const second: SquareMatrix = [
    [9, 3, 4],
    [3, 9, 5],
    [4, 5, 9],
  ];
  expect(pairValues(first, second)).toEqual({ first: [1, 2], second: [3, 4] });
  expect(pairValues(first, second, [1, 0, 2])).toEqual({ first: [1, 2], second: [3, 5] });
});

test("a constant matrix has no correlation, hence no test", () => {
  const constant = Array.from({ length: 4 }, () => [1, 1, 1, 1]);
  expect(mantelTest(constant, drawMatrix(4, 1), { key: randomKey(0) })).toBeNull();
});

test("matrices of different size are refused", () => {
  expect(() => mantelTest(drawMatrix(4, 1), drawMatrix(5, 1), { key: randomKey(0) })).toThrow(
    "expected two 4 × 4 matrices",
  );
});
