import { expect, test } from "vitest";
import { HALF_ROUNDOFF, narrowHalf, widenHalf } from "../src/half.ts";

/** Bits of every finite binary16 from +0 up: their numbers ascend. */
const FINITE = Array.from({ length: 0x7c00 }, (_, bits) => bits);

test("every binary16 comes back with its bits, of both signs", () => {
  for (const bits of FINITE) {
    expect(narrowHalf(widenHalf(bits))).toBe(bits);
    expect(narrowHalf(widenHalf(bits | 0x8000))).toBe(bits | 0x8000);
  }
  expect(widenHalf(0x3c00)).toBe(1);
  expect(widenHalf(0x0001)).toBe(2 ** -24);
  expect(widenHalf(0x7bff)).toBe(65504);
});

test("between two neighbours the nearer one is taken, and in the middle the even one", () => {
  for (const bits of FINITE.slice(0, -1)) {
    const [below, above] = [widenHalf(bits), widenHalf(bits + 1)];
    const middle = (below + above) / 2; // exact in float32
    const step = (above - below) / 8;
    expect(narrowHalf(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
    expect(narrowHalf(middle - step)).toBe(bits);
    expect(narrowHalf(middle + step)).toBe(bits + 1);
    expect(narrowHalf(-(middle + step))).toBe((bits + 1) | 0x8000);
  }
});

test("past the largest number lies infinity, and what is no number stays none", () => {
  expect(narrowHalf(65519)).toBe(0x7bff);
  expect(narrowHalf(65520)).toBe(0x7c00);
  expect(narrowHalf(-3e38)).toBe(0xfc00);
  expect(narrowHalf(Number.POSITIVE_INFINITY)).toBe(0x7c00);
  expect(widenHalf(narrowHalf(Number.NaN))).toBeNaN();
  expect(Object.is(widenHalf(narrowHalf(-0)), -0)).toBe(true);
});

test("a normal number moves by the unit roundoff at most", () => {
  for (let value = 6.2e-5; value < 6e4; value *= 1.0137) {
    const single = Math.fround(value);
    expect(Math.abs(widenHalf(narrowHalf(single)) / single - 1)).toBeLessThanOrEqual(HALF_ROUNDOFF);
  }
});
