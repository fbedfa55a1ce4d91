/** Everything of a heat map around its cells: margins, labels, axis titles, heading and legend. */
import {
  type AxisLayout,
  drawColumnLabels,
  drawRowLabels,
  layoutColumns,
  layoutRows,
} from "./axis-labels.ts";
import type { ColorScale } from "./color-scale.ts";
import { drawLegend, legendWidth } from "./legend.ts";
import type { Matrix } from "./matrix.ts";
import { FONT_SIZE, type SvgGroup, type SvgRoot, textWidth } from "./svg.ts";

/** The part of a heat map's options that the frame reads. */
export interface FrameOptions {
  /** Shown above the map, and its accessible name. */
  readonly title: string;
  /** Name and unit of the values, beside the legend: "attention", "Pearson r". */
  readonly legendTitle: string;
  /** One a row; 1, 2, 3 … without. */
  readonly rowLabels?: readonly string[] | undefined;
  readonly columnLabels?: readonly string[] | undefined;
  readonly rowTitle?: string | undefined;
  readonly columnTitle?: string | undefined;
  /** px of the cells together; 24 px a cell up to 480 px without. */
  readonly width?: number;
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
}

/** px */
const GAP = 16;
const LINE = FONT_SIZE + 6;
/** px; a map of one row still has room for its legend. */
const MIN_HEIGHT = 60;

export interface HeatMapLabels {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

/** px, in the coordinates of the SVG. */
export interface HeatMapLayout {
  readonly width: number;
  readonly height: number;
  readonly plot: { left: number; top: number; width: number; height: number; cellSize: number };
  readonly rowAxis: AxisLayout;
  readonly columnAxis: AxisLayout;
}

/** @throws {RangeError} where the labels do not fit the matrix. */
export function labelsOf(matrix: Matrix, options: FrameOptions): HeatMapLabels {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`);
  const rows = options.rowLabels ?? numbers(matrix.rows);
  const columns = options.columnLabels ?? numbers(matrix.columns);
  if (rows.length !== matrix.rows || columns.length !== matrix.columns) {
    throw new RangeError(
      `heatMap: expected ${matrix.rows} row and ${matrix.columns} column labels, got ${rows.length} and ${columns.length}`,
    );
  }
  return { rows, columns };
}

export function layoutOf(
  matrix: Matrix,
  options: FrameOptions,
  labels: HeatMapLabels,
  scale: ColorScale,
): HeatMapLayout {
  const width = options.width ?? Math.min(480, 24 * matrix.columns);
  const cellSize = width / matrix.columns;
  const height = cellSize * matrix.rows;
  const rowAxis = layoutRows(labels.rows, cellSize);
  const columnAxis = layoutColumns(labels.columns, cellSize);
  const left = rowAxis.depth + (options.rowTitle ? LINE : 0);
  const top = columnAxis.depth + (options.columnTitle ? LINE : 0) + LINE + 6;
  const right = left + width + GAP + legendWidth(scale) + 4;
  return {
    width: Math.ceil(Math.max(right, textWidth(options.title) * 1.15)),
    height: Math.ceil(top + Math.max(height, MIN_HEIGHT) + 8),
    plot: { left, top, width, height, cellSize },
    rowAxis,
    columnAxis,
  };
}

export function drawFrame(
  svg: SvgRoot,
  layout: HeatMapLayout,
  options: FrameOptions,
  scale: ColorScale,
): void {
  const { plot } = layout;
  if (options.background) {
    svg
      .append("rect")
      .attr("width", "100%")
      .attr("height", "100%")
      .attr("fill", options.background);
  }
  const heading = svg
    .append("text")
    .attr("y", FONT_SIZE + 2)
    .attr("font-weight", 600);
  heading.attr("class", "title").attr("aria-hidden", "true").text(options.title);

  const group = (left: number, top: number): SvgGroup =>
    svg.append("g").attr("transform", `translate(${left}, ${top})`);
  drawColumnLabels(group(plot.left, plot.top), layout.columnAxis);
  drawRowLabels(group(plot.left, plot.top), layout.rowAxis);
  drawLegend(group(plot.left + plot.width + GAP, plot.top), scale, {
    height: Math.max(plot.height, MIN_HEIGHT),
    title: options.legendTitle,
  });
  if (options.columnTitle) {
    group(plot.left + plot.width / 2, plot.top - layout.columnAxis.depth - 4)
      .append("text")
      .attr("text-anchor", "middle")
      .text(options.columnTitle);
  }
  if (options.rowTitle) {
    group(FONT_SIZE, plot.top + plot.height / 2)
      .append("text")
      .attr("transform", "rotate(-90)")
      .attr("text-anchor", "middle")
      .text(options.rowTitle);
  }
}
