import { interpolateRdBu, interpolateViridis, rgb } from "d3";
import { expect, test } from "vitest";
import { createColorScale, divergingScaleFor, sequentialScaleFor } from "../src/color-scale.ts";

test("the ends of the domain have the end colours; values beyond are clamped to them", () => {
  const scale = createColorScale({ kind: "sequential", domain: [0, 2] });
  expect(scale.color(0)).toBe(rgb(interpolateViridis(0)).formatHex());
  expect(scale.color(2)).toBe(rgb(interpolateViridis(1)).formatHex());
  expect(scale.color(-5)).toBe(scale.color(0));
  expect(scale.color(Number.POSITIVE_INFINITY)).toBe(scale.color(2));
});

test("diverging: the middle is near white, positive is red, negative is blue", () => {
  const scale = createColorScale({ kind: "diverging", domain: [-1, 1] });
  const middle = rgb(scale.color(0));
  expect(Math.min(middle.r, middle.g, middle.b)).toBeGreaterThan(235);
  expect(scale.color(1)).toBe(rgb(interpolateRdBu(0)).formatHex());
  expect(rgb(scale.color(1)).r).toBeGreaterThan(rgb(scale.color(1)).b);
  expect(rgb(scale.color(-1)).b).toBeGreaterThan(rgb(scale.color(-1)).r);
});

test("canvas and SVG show the same colour", () => {
  const scale = createColorScale({ kind: "sequential", domain: [0, 1] });
  const pixels = new Uint8ClampedArray(8);
  scale.paint(0.37, pixels, 4);
  const { r, g, b } = rgb(scale.color(0.37));
  expect([...pixels]).toEqual([0, 0, 0, 0, r, g, b, 255]);
});

test("undefined cells are translucent grey, in SVG and on canvas", () => {
  const scale = createColorScale({ kind: "sequential", domain: [0, 1] });
  const pixels = new Uint8ClampedArray(4);
  scale.paint(null, pixels, 0);
  expect([...pixels]).toEqual([128, 128, 128, 64]);
  expect(scale.color(null)).toBe("rgba(128, 128, 128, 0.25)");
  expect(scale.color(Number.NaN)).toBe(scale.color(null));
});

test("a domain of one value gives the lowest colour, or the middle of a diverging scale", () => {
  expect(createColorScale({ kind: "sequential", domain: [3, 3] }).position(3)).toBe(0);
  expect(createColorScale({ kind: "diverging", domain: [0, 0] }).position(0)).toBe(0.5);
});

test("the square root lifts faint values and keeps the ends", () => {
  const scale = createColorScale({ kind: "sequential", domain: [0, 1], transform: "sqrt" });
  expect([0, 0.25, 1].map(scale.position)).toEqual([0, 0.5, 1]);
});

test("scales made for a matrix: from zero for amounts, symmetric for signed values", () => {
  const matrix = { rows: 1, columns: 4, values: [0.2, null, -0.8, Number.NaN] };
  expect(divergingScaleFor(matrix).domain).toEqual([-0.8, 0.8]);
  expect(sequentialScaleFor({ rows: 1, columns: 2, values: [0.2, 0.6] }).domain).toEqual([0, 0.6]);
  expect(sequentialScaleFor({ rows: 1, columns: 1, values: [null] }).domain).toEqual([0, 0]);
});

test("a descending or infinite domain is refused", () => {
  expect(() => createColorScale({ kind: "sequential", domain: [1, 0] })).toThrow(
    "createColorScale: expected a finite ascending domain, got [1, 0]",
  );
  expect(() =>
    createColorScale({ kind: "diverging", domain: [0, Number.POSITIVE_INFINITY] }),
  ).toThrow("got [0, Infinity]");
});
