/** Drawn in Node, as the figures of the docs are. */
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { createColorScale } from "../src/color-scale.ts";
import { drawFigure, type Figure } from "../src/figure.ts";
import { pngUrl } from "../src/node.ts";

const FIGURES: Record<Figure["kind"], { figure: Figure; marks: string; count: number }> = {
  lines: {
    figure: {
      kind: "lines",
      title: "Lines",
      xTitle: "x",
      yTitle: "y",
      series: [
        {
          name: "a",
          points: [
            { x: 1, y: 1 },
            { x: 2, y: 4 },
          ],
        },
      ],
    },
    marks: ".marker",
    count: 2,
  },
  "heat-map": {
    figure: {
      kind: "heat-map",
      title: "Map",
      legendTitle: "r",
      colors: "diverging",
      rows: 1,
      columns: 3,
      values: [-1, null, 1],
    },
    marks: ".cells rect",
    count: 3,
  },
  scatter: {
    figure: {
      kind: "scatter",
      title: "Points",
      xTitle: "x",
      yTitle: "y",
      points: [{ x: 1, y: 1, label: "a" }],
    },
    marks: ".points circle",
    count: 1,
  },
  maps: {
    figure: {
      kind: "maps",
      title: "Maps",
      side: 2,
      rows: [
        {
          label: "layer 1",
          maps: [
            { caption: "head 1", bytes: btoa("\u0000\u0080\u00ff\u0000") },
            { caption: "head 2", bytes: btoa("\u0001\u0002\u0003\u0004") },
          ],
        },
      ],
    },
    marks: "image",
    count: 2,
  },
};

test.each(Object.entries(FIGURES))(
  "%s: an svg on the asked ground, no wider than asked, that parses as a file",
  (_, { figure, marks, count }) => {
    const { window } = new JSDOM();
    const element = drawFigure(figure, {
      document: window.document,
      width: 400,
      background: "white",
      imageUrl: pngUrl,
    });
    const svg = element.querySelector("svg") as SVGSVGElement;
    const text = new window.XMLSerializer().serializeToString(svg);
    const parsed = new window.DOMParser().parseFromString(text, "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();
    expect(parsed.querySelector("rect")?.getAttribute("fill")).toBe("white");
    expect(parsed.querySelectorAll(marks)).toHaveLength(count);
    expect(Number(parsed.documentElement.getAttribute("width"))).toBeLessThanOrEqual(400);
  },
);

test("maps: a byte a cell is coloured from zero to the largest, and a cell too few is refused", () => {
  const { window } = new JSDOM();
  const pixels: number[][] = [];
  const draw = (bytes: string) =>
    drawFigure(
      {
        kind: "maps",
        title: "Maps",
        side: 2,
        rows: [{ label: "layer 1", maps: [{ caption: "head 1", bytes }] }],
      },
      {
        document: window.document,
        imageUrl: (raster) => `data:,${pixels.push([...raster.pixels])}`,
      },
    );
  draw(btoa("\u0000\u0080\u00ff\u0000"));
  const expected = new Uint8ClampedArray(16);
  const scale = createColorScale({ kind: "sequential", domain: [0, 255] });
  [0, 128, 255, 0].forEach((value, i) => {
    scale.paint(value, expected, 4 * i);
  });
  expect(pixels).toEqual([[...expected]]);
  expect(() => draw(btoa("abc"))).toThrow('expected 2 × 2 bytes in "head 1", got 3');
});
