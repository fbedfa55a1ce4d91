/**
 * A matrix as coloured cells with labels, legend and title. Up to about 50 × 50 the cells are SVG
 * (sharp in print, drawn in Node, a native tooltip each); past that a canvas behind the same SVG frame,
 * since the browser draws 10,000 SVG cells in 100 ms and a million canvas pixels in 20.
 */
import type { CellPosition } from "./cell-pointer.ts";
import { type ColorScale, sequentialScaleFor } from "./color-scale.ts";
import {
  addInteraction,
  drawCells,
  drawHighlights,
  type InteractionOptions,
} from "./heat-map-cells.ts";
import {
  drawFrame,
  type FrameOptions,
  type HeatMapLayout,
  labelsOf,
  layoutOf,
} from "./heat-map-frame.ts";
import { assertMatrix, type Matrix } from "./matrix.ts";
import { numberText } from "./number-text.ts";
import { paintMatrix } from "./raster.ts";
import { createSvg } from "./svg.ts";

export interface HeatMapOptions extends FrameOptions, InteractionOptions {
  readonly document: Document;
  /** Sequential from zero to the largest value without. */
  readonly colorScale?: ColorScale;
  /** Outlined cells, for instance the pairs (D, E) and (F, Y). */
  readonly highlights?: readonly CellPosition[];
  /** "auto": SVG up to 2,500 cells. */
  readonly renderer?: "svg" | "canvas" | "auto";
  /** How values read in tooltips; three significant digits without. */
  readonly formatValue?: (value: number) => string;
}

const MAX_SVG_CELLS = 2500;
/** Canvas pixels a side: twice a plot of 600 px, for screens of double density. */
const MAX_CANVAS_SIDE = 1200;

/**
 * @throws {RangeError} where the matrix is empty, or labels or highlights do not fit it.
 * @returns a `<figure>`; its `<svg>` stands alone where the renderer is SVG.
 */
export function heatMap(matrix: Matrix, options: HeatMapOptions): HTMLElement {
  assertMatrix(matrix, "heatMap");
  const { document, title, renderer = "auto" } = options;
  const labels = labelsOf(matrix, options);
  const scale = options.colorScale ?? sequentialScaleFor(matrix);
  const layout = layoutOf(matrix, options, labels, scale);
  const { plot } = layout;
  const content = {
    matrix,
    labels,
    plot,
    scale,
    formatValue: options.formatValue ?? numberText,
  };

  const figure = document.createElement("figure");
  figure.className = "heat-map";
  figure.style.margin = "0";
  figure.dataset["cellSize"] = String(plot.cellSize); // read by pointAt
  const box = document.createElement("div");
  box.style.cssText = `position:relative;width:${layout.width}px;max-width:100%`;

  const svg = createSvg(document, layout.width, layout.height);
  drawFrame(svg, layout, options, scale);
  const plotGroup = svg.append("g").attr("transform", `translate(${plot.left}, ${plot.top})`);
  const cells = plotGroup.append("g").attr("class", "cells");

  if (renderer === "canvas" || (renderer === "auto" && matrix.values.length > MAX_SVG_CELLS)) {
    const canvas = paintMatrix(document, matrix, scale, MAX_CANVAS_SIDE);
    box.append(placeBehind(canvas, layout));
    cells.append("rect").attr("width", plot.width).attr("height", plot.height).attr("fill", "none");
  } else {
    drawCells(cells, content);
  }
  drawHighlights(plotGroup, content, options.highlights ?? []);
  const interactive = addInteraction(plotGroup, cells, content, options);

  // an image hides its parts from assistive technology; a map to walk in must not be one
  svg.attr("role", interactive ? "group" : "img").attr("aria-label", title);
  box.append(svg.node() as SVGSVGElement);
  figure.append(box);
  return figure;
}

/** In percent of the box, so that canvas and SVG shrink together. */
function placeBehind(canvas: HTMLCanvasElement, { plot, width, height }: HeatMapLayout) {
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  Object.assign(canvas.style, {
    position: "absolute",
    left: percent(plot.left, width),
    top: percent(plot.top, height),
    width: percent(plot.width, width),
    height: percent(plot.height, height),
  });
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}
