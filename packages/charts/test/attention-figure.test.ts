// @vitest-environment jsdom
import { expect, test } from "vitest";
import { attentionFigure } from "../src/attention-figure.ts";
import { createColorScale } from "../src/color-scale.ts";
import { heatMap } from "../src/heat-map.ts";
import type { Raster } from "../src/raster.ts";
import { sideBySide } from "../src/side-by-side.ts";
import { svgText } from "../src/standalone-svg.ts";

const maps = [
  [
    [0.1, 0, 0, 0.1],
    [1, 0, 0.5, 0.5],
  ],
];

test("one image a head, of one pixel a cell, each coloured from zero to its largest value", () => {
  const seen: Raster[] = [];
  const imageUrl = (raster: Raster) => `data:,${seen.push(raster)}`;
  const captions = [["1 local", "5 flat"]];
  const svg = attentionFigure({ length: 2, maps }, { document, title: "maps", imageUrl, captions });
  expect([...svg.querySelectorAll("image")].map((image) => image.getAttribute("href"))).toEqual([
    "data:,1",
    "data:,2",
  ]);
  expect(seen.map(({ width, height }) => [width, height])).toEqual([
    [2, 2],
    [2, 2],
  ]);
  const brightest = new Uint8ClampedArray(4);
  createColorScale({ kind: "sequential", domain: [0, 1] }).paint(1, brightest, 0);
  for (const { pixels } of seen) expect(pixels.slice(0, 4)).toEqual(brightest);
  const texts = [...svg.querySelectorAll("text")].map((text) => text.textContent);
  expect(texts).toEqual(["maps", "head 1", "head 2", "layer 1", "1 local", "5 flat"]);
});

test("charts side by side do not overlap, and stand in one file", () => {
  const chart = (title: string) =>
    heatMap(
      { rows: 1, columns: 2, values: [0.25, 1] },
      { document, title, legendTitle: "attention", renderer: "svg" },
    );
  const whole = sideBySide([chart("left"), chart("right")], { document, title: "both" });
  const [left, right] = [...whole.querySelectorAll("svg")];
  expect(Number(right?.getAttribute("x"))).toBeGreaterThan(Number(left?.getAttribute("width")));
  expect(Number(whole.getAttribute("width"))).toBe(
    Number(right?.getAttribute("x")) + Number(right?.getAttribute("width")),
  );
  const text = svgText(whole, window);
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  expect(parsed.querySelector("parsererror")).toBeNull();
  expect(parsed.querySelectorAll("svg > svg")).toHaveLength(2);
  expect(() => sideBySide([document.createElement("p")], { document, title: "" })).toThrow(
    "drawn in SVG",
  );
});
