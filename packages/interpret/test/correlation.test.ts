import fc from "fast-check";
import { expect, test } from "vitest";
import { pearson, ranks, spearman } from "../src/statistics/correlation.ts";

const x = [1, 2, 2, 3, 5, 8, -1, 0.5];
const y = [2.1, 1.9, 3, 3, 4.2, 9.5, -0.3, 3];

test("pearson equals scipy.stats.pearsonr(x, y).statistic", () => {
  expect(pearson(x, y)).toBeCloseTo(0.9328071207619408, 14);
});

test("pearson keeps its digits far from zero: pearsonr([1e9+1, 1e9+2, 1e9+4], [3, 1, 2])", () => {
  expect(pearson([1e9 + 1, 1e9 + 2, 1e9 + 4], [3, 1, 2])).toBeCloseTo(-0.32732683535398843, 12);
});

test("spearman equals scipy.stats.spearmanr(x, y).statistic where there are ties", () => {
  expect(spearman(x, y)).toBeCloseTo(0.7976811272199509, 14);
});

test("ties share their mean rank: scipy.stats.rankdata", () => {
  expect([...ranks([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])]).toEqual([
    4.5, 1.5, 6, 1.5, 8, 11, 3, 10, 8, 4.5, 8,
  ]);
});

test("a constant side, one value, or none has no correlation", () => {
  const constant = [0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2];
  expect(pearson(constant, [1, 2, 3])).toBeNull();
  expect(spearman([1, 2, 3], constant)).toBeNull();
  expect(pearson([1], [2])).toBeNull();
  expect(pearson([], [])).toBeNull();
});

test("lists of different length and values that are not finite are refused", () => {
  expect(() => pearson([1, 2], [1])).toThrow(
    "pearson: expected lists of equal length, got 2 and 1",
  );
  expect(() => pearson([1, Number.NaN], [1, 2])).toThrow(
    "pearson: expected finite values, got NaN at 1",
  );
});

const list = fc.array(
  fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })),
  { minLength: 3, maxLength: 40 },
);

test("pearson is symmetric, bounded, and unchanged by a positive scale and a shift", () => {
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 9 }), fc.integer(), (pairs, scale, shift) => {
      const a = pairs.map(([first]) => first);
      const b = pairs.map(([, second]) => second);
      const r = pearson(a, b);
      expect(pearson(b, a)).toBe(r);
      const moved = pearson(
        a.map((value) => value * scale + (shift % 1000)),
        b,
      );
      if (r === null) {
        expect(moved).toBeNull();
      } else {
        expect(Math.abs(r)).toBeLessThanOrEqual(1);
        expect(moved).toBeCloseTo(r, 10);
      }
    }),
  );
});

test("spearman sees order only: any increasing change of one side leaves it as it is", () => {
  fc.assert(
    fc.property(list, (pairs) => {
      const a = pairs.map(([first]) => first);
      const b = pairs.map(([, second]) => second);
      expect(
        spearman(
          a.map((value) => Math.exp(value / 10)),
          b,
        ),
      ).toBe(spearman(a, b));
    }),
  );
});
