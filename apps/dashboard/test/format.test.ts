import { expect, test } from "vitest";
import {
  formatBytes,
  formatCorrelation,
  formatDuration,
  formatP,
  formatPerplexity,
  formatScore,
} from "../src/model/format.ts";

test("durations: two units at most, seconds only while they matter", () => {
  expect([0, 59.6, 95, 3400, 7500, 200_000].map(formatDuration)).toEqual([
    "0 s",
    "1 min 00 s",
    "1 min 35 s",
    "56 min",
    "2 h 05 min",
    "2 d 7 h",
  ]);
});

test("correlations: two decimals, a true minus, and a word where there is none", () => {
  expect([0.8, -0.125, null].map(formatCorrelation)).toEqual(["0.80", "−0.13", "undefined"]);
});

test("a correlation that rounds to zero has no sign", () => {
  expect(formatCorrelation(-0.001)).toBe("0.00");
});

test("scores carry their sign", () => {
  expect([3, 0, -4].map(formatScore)).toEqual(["+3", "0", "−4"]);
});

test("a p value is never written as zero", () => {
  expect([0.0002, 0.05].map(formatP)).toEqual(["< 0.001", "0.050"]);
});

test("perplexities: fewer decimals where they mean less", () => {
  expect([9.168, 1234.56].map(formatPerplexity)).toEqual(["9.17", "1234.6"]);
});

test("bytes: the unit that leaves one to four digits", () => {
  expect([0, 812, 4_200, 9_586_994, 12_340_000_000].map(formatBytes)).toEqual([
    ...["0 B", "812 B", "4 kB", "9.6 MB", "12.3 GB"],
  ]);
});
