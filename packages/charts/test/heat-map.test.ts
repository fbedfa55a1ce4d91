// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createColorScale } from "../src/color-scale.ts";
import { type HeatMapOptions, heatMap } from "../src/heat-map.ts";
import type { HeatMapCell } from "../src/heat-map-cells.ts";
import { matrixFromRows } from "../src/matrix.ts";
import { installFakeCanvas, pixelOf } from "./fake-canvas.ts";

const matrix = matrixFromRows([
  [null, 0.5, -1],
  [0.5, null, 0.25],
]);

const draw = (options: Partial<HeatMapOptions> = {}, data = matrix) =>
  heatMap(data, { document, title: "Similarity", legendTitle: "Pearson r", ...options });

const cellsOf = (figure: HTMLElement) => [...figure.querySelectorAll(".cells rect")];

let removeFakeCanvas: () => void;
beforeEach(() => {
  removeFakeCanvas = installFakeCanvas(window);
});
afterEach(() => removeFakeCanvas());

test("the SVG of a small map", () => {
  const figure = draw({
    rowLabels: ["D", "F"],
    columnLabels: ["D", "E", "Y"],
    rowTitle: "residue",
    columnTitle: "other residue",
    colorScale: createColorScale({ kind: "diverging", domain: [-1, 1] }),
    highlights: [{ row: 0, column: 1 }],
  });
  const svg = figure.querySelector("svg") as SVGSVGElement;
  for (const strip of svg.querySelectorAll(".legend rect")) strip.remove();
  expect(svg.outerHTML.replaceAll("><", ">\n<")).toMatchSnapshot();
});

test("each cell is coloured by its value and says row, column and value", () => {
  const colorScale = createColorScale({ kind: "diverging", domain: [-1, 1] });
  const cells = cellsOf(
    draw({ colorScale, rowLabels: ["D", "F"], columnLabels: ["A", "B", "C"], width: 30 }),
  );
  expect(cells.map((cell) => cell.getAttribute("fill"))).toEqual(
    [null, 0.5, -1, 0.5, null, 0.25].map(colorScale.color),
  );
  expect(cells.map((cell) => cell.textContent)).toEqual([
    "D, A: undefined",
    "D, B: 0.5",
    "D, C: −1",
    "F, A: 0.5",
    "F, B: undefined",
    "F, C: 0.25",
  ]);
  expect(cells.map((cell) => `${cell.getAttribute("x")},${cell.getAttribute("y")}`)).toEqual([
    "0,0",
    "10,0",
    "20,0",
    "0,10",
    "10,10",
    "20,10",
  ]);
});

test("the legend names the values and marks both ends of the domain", () => {
  const colorScale = createColorScale({ kind: "diverging", domain: [-1, 1] });
  const texts = [...draw({ colorScale }).querySelectorAll(".legend text")].map(
    (text) => text.textContent,
  );
  expect(texts).toEqual(["−1", "−0.5", "0", "0.5", "1", "Pearson r"]);
});

test("highlighted cells are outlined where they lie", () => {
  const outlines = draw({ width: 30, highlights: [{ row: 1, column: 2 }] }).querySelectorAll(
    ".highlights rect",
  );
  expect(outlines).toHaveLength(2);
  for (const outline of outlines) {
    expect([outline.getAttribute("x"), outline.getAttribute("y")]).toEqual(["20", "10"]);
    expect(outline.getAttribute("fill")).toBe("none");
  }
});

test("a map without listeners is an image with a name", () => {
  const svg = draw().querySelector("svg");
  expect(svg?.getAttribute("role")).toBe("img");
  expect(svg?.getAttribute("aria-label")).toBe("Similarity");
  expect(svg?.querySelector("[tabindex]")).toBeNull();
});

/** jsdom lays nothing out: the cells are given a box of 30 × 20 at (100, 50). */
function placeCells(figure: HTMLElement): Element {
  const cells = figure.querySelector(".cells") as Element;
  vi.spyOn(cells, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 50, 30, 20));
  return cells;
}

const pointer = (type: string, clientX: number, clientY: number) =>
  new MouseEvent(type, { clientX, clientY });

test.each(["svg", "canvas"] as const)(
  "%s: hovering reports each cell once, then null",
  (renderer) => {
    const seen: (HeatMapCell | null)[] = [];
    const figure = draw({
      renderer,
      rowLabels: ["D", "F"],
      columnLabels: ["A", "B", "C"],
      onHover: (cell) => seen.push(cell),
    });
    const cells = placeCells(figure);
    cells.dispatchEvent(pointer("pointermove", 121, 51));
    cells.dispatchEvent(pointer("pointermove", 129, 59));
    cells.dispatchEvent(pointer("pointermove", 115, 65));
    cells.dispatchEvent(pointer("pointerleave", 90, 0));
    expect(seen).toEqual([
      { row: 0, column: 2, value: -1, rowLabel: "D", columnLabel: "C" },
      { row: 1, column: 1, value: null, rowLabel: "F", columnLabel: "B" },
      null,
    ]);
  },
);

test("arrow keys walk the cells, stop at the edges, and Enter selects", () => {
  const seen: string[] = [];
  const figure = draw({
    onHover: (cell) => seen.push(cell ? `${cell.row},${cell.column}` : "none"),
    onSelect: (cell) => seen.push(`picked ${cell.row},${cell.column}`),
  });
  const cells = placeCells(figure);
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"]) {
    cells.dispatchEvent(new KeyboardEvent("keydown", { key }));
  }
  cells.dispatchEvent(new FocusEvent("blur"));
  expect(seen).toEqual(["0,0", "0,1", "1,1", "picked 1,1", "none"]);
});

test("a click selects the cell under it", () => {
  const picked = vi.fn();
  const cells = placeCells(draw({ onSelect: picked }));
  cells.dispatchEvent(pointer("click", 105, 55));
  cells.dispatchEvent(pointer("click", 131, 55));
  expect(picked).toHaveBeenCalledTimes(1);
  expect(picked.mock.calls[0]?.[0]).toMatchObject({ row: 0, column: 0 });
});

test("auto: SVG up to 2,500 cells, a canvas of one pixel a cell past that", () => {
  const square = (size: number) => ({
    rows: size,
    columns: size,
    values: Float32Array.from({ length: size * size }, (_, i) => i / size ** 2),
  });
  expect(draw({}, square(50)).querySelector("canvas")).toBeNull();
  const large = draw({}, square(51));
  const canvas = large.querySelector("canvas") as HTMLCanvasElement;
  expect([canvas.width, canvas.height]).toEqual([51, 51]);
  expect(large.querySelectorAll(".cells rect")).toHaveLength(1);
});

test("the canvas carries the colours of the scale, row by row", () => {
  const colorScale = createColorScale({ kind: "sequential", domain: [-1, 0.5] });
  const canvas = draw({ renderer: "canvas", colorScale }).querySelector("canvas");
  const expected = new Uint8ClampedArray(4);
  colorScale.paint(-1, expected, 0);
  expect(pixelOf(canvas as HTMLCanvasElement, 0, 2)).toEqual([...expected]);
  colorScale.paint(0.25, expected, 0);
  expect(pixelOf(canvas as HTMLCanvasElement, 1, 2)).toEqual([...expected]);
  expect(pixelOf(canvas as HTMLCanvasElement, 0, 0)).toEqual([128, 128, 128, 64]);
});

test("labels that would touch are thinned to round positions", () => {
  const size = 200;
  const values = new Float32Array(size * size);
  const figure = draw({ renderer: "canvas", width: 400 }, { rows: size, columns: size, values });
  const labels = [...figure.querySelectorAll(".row-labels text")].map((text) => text.textContent);
  expect(labels.slice(0, 3)).toEqual(["10", "20", "30"]);
  expect(labels).toHaveLength(20);
});

test("an empty matrix, a wrong number of values, labels or a highlight outside are refused", () => {
  expect(() => draw({}, { rows: 0, columns: 0, values: [] })).toThrow(
    "heatMap: expected at least one row and one column, got 0 × 0",
  );
  expect(() => draw({}, { rows: 2, columns: 2, values: [1] })).toThrow(
    "heatMap: expected 2 × 2 = 4 values, got 1",
  );
  expect(() => draw({ rowLabels: ["one"] })).toThrow("heatMap: expected 2 row and 3 column labels");
  expect(() => draw({ highlights: [{ row: 2, column: 0 }] })).toThrow(
    "heatMap: expected highlights inside 2 × 3, got (2, 0)",
  );
});

test("where the document has no canvas the error names the remedy", () => {
  removeFakeCanvas();
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  expect(() => draw({ renderer: "canvas" })).toThrow('choose renderer "svg"');
  vi.restoreAllMocks();
});
