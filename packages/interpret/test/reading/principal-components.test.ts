import { createStream, randomKey } from "@performer/random";
import { expectClose } from "@performer/testing";
import { describe, expect, test } from "vitest";
import { principalComponents } from "../../src/reading.ts";

function draw(count: number, size: number, seed: number): number[][] {
  const stream = createStream(randomKey(seed));
  return Array.from({ length: count }, () =>
    Array.from({ length: size }, (_, i) => stream.normal() * (i + 1)),
  );
}

test("points on a line: one component has all the variance, and places are their distances", () => {
  // 3 (t - mean) along (2, 1, 2) / 3, a unit vector
  const points = [0, 1, 5].map((t) => [2 * t + 7, t - 1, 2 * t]);
  const { places, shares } = principalComponents(points);
  expectClose(shares, [1, 0], { rtol: 1e-12, atol: 1e-12 });
  expectClose(
    places.map(([first]) => first as number),
    [-6, -3, 9],
    { rtol: 1e-12, atol: 1e-12 },
  );
});

describe.each([
  ["more vectors than numbers in each", 40, 6],
  ["fewer", 6, 40],
])("%s", (_, count, size) => {
  const vectors = draw(count, size, 11);
  const all = principalComponents(vectors, Math.min(count, size));

  test("all components together keep every distance", () => {
    const distance = (a: readonly number[], b: readonly number[]) =>
      Math.hypot(...a.map((value, i) => value - (b[i] as number)));
    for (let i = 1; i < count; i++) {
      const [from, to] = [vectors[0] as number[], vectors[i] as number[]];
      const found = distance(all.places[0] as number[], all.places[i] as number[]);
      expectClose([found], [distance(from, to)], { rtol: 1e-9, atol: 1e-9 });
    }
  });

  test("components are uncorrelated, and each has the share of the variance that is said", () => {
    const column = (which: number) => all.places.map((place) => place[which] as number);
    const inner = (a: number[], b: number[]) =>
      a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
    const total = all.shares.reduce(
      (sum, _, which) => sum + inner(column(which), column(which)),
      0,
    );
    all.shares.forEach((share, which) => {
      expectClose([inner(column(which), column(which)) / total], [share], {
        rtol: 1e-9,
        atol: 1e-12,
      });
      if (which > 0) {
        expectClose([inner(column(which), column(which - 1)) / total], [0], {
          rtol: 0,
          atol: 1e-12,
        });
        expect(share).toBeLessThanOrEqual(all.shares[which - 1] as number);
      }
    });
  });
});

test("vectors that are all alike have no direction: places and shares are zero", () => {
  const { places, shares } = principalComponents([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  expect(shares).toEqual([0, 0]);
  expect(places.flat().every((value) => value === 0)).toBe(true);
});

test("one vector, or vectors of two lengths: refused", () => {
  expect(() => principalComponents([[1, 2]])).toThrow("two or more vectors of one length, got 1");
  expect(() => principalComponents([[1, 2], [1]])).toThrow("lengths 2 and 1");
});
