/** Drawn in Node, as the figures of the docs are. */
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { drawFigure, type Figure } from "../src/figure.ts";

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
};

test.each(Object.entries(FIGURES))(
  "%s: an svg on the asked ground, no wider than asked, that parses as a file",
  (_, { figure, marks, count }) => {
    const { window } = new JSDOM();
    const element = drawFigure(figure, {
      document: window.document,
      width: 400,
      background: "white",
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
