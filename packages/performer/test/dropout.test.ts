import { dropoutMask } from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";

const draw = (rate: number, path: number, size = 40_000) =>
  Array.from(
    dropoutMask(tf.zeros([size]), rate, splitKey(randomKey(8), path)).dataSync<"float32">(),
  );
const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;

describe("dropout mask", () => {
  test.each([0.1, 0.5])("rate %d: entries are 0 or 1 / (1 - rate), with mean 1", (rate) => {
    const mask = draw(rate, 0);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    const standardError = Math.sqrt(rate / (1 - rate) / mask.length);
    expect(Math.abs(mean(mask) - 1)).toBeLessThan(4 * standardError);
  });

  test("the same key gives the same mask; masks of different keys are uncorrelated", () => {
    expect(draw(0.5, 1)).toEqual(draw(0.5, 1));
    for (const path of [2, 3, 4]) {
      const other = draw(0.5, path);
      const product = draw(0.5, 1).map((x, i) => (x - 1) * ((other[i] as number) - 1));
      expect(Math.abs(mean(product))).toBeLessThan(4 / Math.sqrt(product.length));
    }
  });

  test("neighbouring entries, and entries a row apart, are uncorrelated", () => {
    const mask = draw(0.5, 5).map((x) => x - 1);
    for (const lag of [1, 2, 64, 256, 1024]) {
      const products = mask.slice(lag).map((x, i) => x * (mask[i] as number));
      expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(products.length));
    }
  });
});
