import { expect, test } from "vitest";
import { countText, numberText } from "../src/number-text.ts";

test("three significant digits, thousands apart, no zeros at the end", () => {
  const texts = [0, 2, 0.05, 12.34, 1383.4, 65_536, 999_600].map((value) => numberText(value));
  expect(texts).toEqual(["0", "2", "0.05", "12.3", "1,380", "65,500", "1,000,000"]);
});

test("far from one a power of ten, its factor left out where it is one", () => {
  const texts = [8.04e-7, 1e-5, 2e6, -3.1e-4, 9.999e-4].map((value) => numberText(value));
  expect(texts).toEqual(["8.04 × 10⁻⁷", "10⁻⁵", "2 × 10⁶", "−3.1 × 10⁻⁴", "10⁻³"]);
});

test("zeros that say how exact a number is are kept when asked for, and so are more digits", () => {
  expect(numberText(2, { keepZeros: true })).toBe("2.00");
  expect(numberText(4997.6, { keepZeros: true })).toBe("5,000");
  expect(numberText(17.4193, { digits: 6 })).toBe("17.4193");
});

test("a minus is a minus sign, and what is no number is named", () => {
  expect(numberText(-0.125)).toBe("−0.125");
  expect(numberText(Number.NEGATIVE_INFINITY)).toBe("−Infinity");
});

test("a count is whole", () => {
  expect([0, 128, 65_536].map(countText)).toEqual(["0", "128", "65,536"]);
});
