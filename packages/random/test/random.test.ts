import { createStream, randomKey, restoreStream, splitKey } from "@performer/random";
import { describe, expect, test } from "vitest";

const draw = (count: number, next: () => number) => Array.from({ length: count }, next);

describe("keys", () => {
  test("the same path gives the same key, in one step or several", () => {
    const key = randomKey(5);
    expect(splitKey(key, "layer", 3)).toEqual(splitKey(splitKey(key, "layer"), 3));
  });

  test("different seeds and paths give different keys", () => {
    const keys = [0, 1, 2, 2 ** 32, 2 ** 33].flatMap((seed) =>
      ["a", "b", "ab", 1, 12, "1"].map((part) => splitKey(randomKey(seed), part).join()),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("a seed that is no safe non-negative integer is refused by name", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 60]) {
      expect(() => randomKey(seed)).toThrow("randomKey: expected");
    }
  });
});

describe("streams", () => {
  test("uniform: first four moments are those of U[0,1) within five standard errors", () => {
    const stream = createStream(randomKey(1));
    const values = draw(100_000, () => stream.uniform());
    for (const power of [1, 2, 3, 4]) {
      const mean = values.reduce((sum, x) => sum + x ** power, 0) / values.length;
      const sd = Math.sqrt(1 / (2 * power + 1) - 1 / (power + 1) ** 2);
      expect(Math.abs(mean - 1 / (power + 1))).toBeLessThan((5 * sd) / Math.sqrt(values.length));
    }
  });

  test.each([0, 1, 2])(
    "draw %i of fresh streams over consecutive keys is uniform (chi-square, 15 degrees)",
    (skipped) => {
      const counts = new Array<number>(16).fill(0);
      for (let index = 0; index < 32_000; index++) {
        const stream = createStream(splitKey(randomKey(9), index));
        draw(skipped, () => stream.uniform());
        const bin = Math.floor(16 * stream.uniform());
        counts[bin] = counts[bin]! + 1;
      }
      const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
      expect(chiSquare).toBeLessThan(37.7); // p = 0.001
    },
  );

  test("first draws of seeds and of their successors are uncorrelated within five standard errors", () => {
    const first = draw(
      20_001,
      (() => {
        let seed = 0;
        return () => createStream(randomKey(seed++)).normal();
      })(),
    );
    const products = first.slice(1).map((value, index) => value * first[index]!);
    const mean = products.reduce((sum, x) => sum + x, 0) / products.length;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(products.length));
  });

  test("normal: first four moments are those of N(0,1) within five standard errors", () => {
    const stream = createStream(randomKey(2));
    const values = draw(100_000, () => stream.normal());
    const variances = [1, 2, 15, 96]; // of x, x^2, x^3, x^4
    for (const [index, expected] of [0, 1, 0, 3].entries()) {
      const mean = values.reduce((sum, x) => sum + x ** (index + 1), 0) / values.length;
      const error = 5 * Math.sqrt((variances[index] as number) / values.length);
      expect(Math.abs(mean - expected)).toBeLessThan(error);
    }
  });

  test("integer: every value below the bound comes equally often (chi-square, 6 degrees)", () => {
    const stream = createStream(randomKey(3));
    const counts = new Array<number>(7).fill(0);
    for (const value of draw(70_000, () => stream.integer(7))) counts[value] = counts[value]! + 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.5); // p = 0.001
  });

  test("sibling streams are uncorrelated within five standard errors", () => {
    const root = randomKey(4);
    const [a, b] = [0, 1].map((index) => createStream(splitKey(root, index)));
    const pairs = draw(50_000, () => a!.normal() * b!.normal());
    const mean = pairs.reduce((sum, x) => sum + x, 0) / pairs.length;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(pairs.length));
  });

  test("a restored stream goes on exactly, also between the two halves of a normal pair", () => {
    const stream = createStream(randomKey(6));
    draw(7, () => stream.normal());
    const copy = restoreStream(JSON.parse(JSON.stringify(stream.state())));
    expect(draw(50, () => copy.normal())).toEqual(draw(50, () => stream.normal()));
  });
});
