/** Figures of the docs are drawn in Node: no global document here, jsdom's is passed in. */
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import * as charts from "../src/index.ts";

test("a heat map is drawn in Node as an SVG file that stands alone", () => {
  expect("document" in globalThis).toBe(false);
  const { window } = new JSDOM();
  const figure = charts.heatMap(
    { rows: 1, columns: 2, values: [0.25, 1] },
    {
      document: window.document,
      title: "<b> & more",
      legendTitle: "attention",
      background: "white",
    },
  );
  const svg = figure.querySelector("svg") as SVGSVGElement;
  const text = new window.XMLSerializer().serializeToString(svg);
  const parsed = new window.DOMParser().parseFromString(text, "image/svg+xml");
  expect(parsed.querySelector("parsererror")).toBeNull();
  expect(parsed.documentElement.namespaceURI).toBe("http://www.w3.org/2000/svg");
  expect(parsed.querySelector("rect")?.getAttribute("fill")).toBe("white");
  expect(parsed.querySelectorAll(".cells rect")).toHaveLength(2);
  expect(parsed.querySelector(".title")?.textContent).toBe("<b> & more");
});

test("public names", () => {
  expect(Object.keys(charts).sort()).toMatchInlineSnapshot(`
    [
      "TrainingSeries",
      "addPanZoom",
      "arcDiagram",
      "attentionFigure",
      "attentionGrid",
      "canvasUrl",
      "contactFigure",
      "countText",
      "createColorScale",
      "csvText",
      "curveMetrics",
      "curvesTop",
      "divergingScaleFor",
      "drawFigure",
      "heatMap",
      "lineChart",
      "matrixFromRows",
      "metricOf",
      "numberText",
      "panWindow",
      "picturePng",
      "pictureSvg",
      "pointAt",
      "pointMap",
      "residueProfile",
      "scatterPlot",
      "selectHead",
      "sequenceMap",
      "sequentialScaleFor",
      "sideBySide",
      "smoothSeries",
      "standaloneSvg",
      "svgText",
      "trainingCurves",
      "wholeWindow",
      "zoomWindow",
    ]
  `);
});
