/** The inside of a heat map: SVG cells, outlines of highlighted cells, and what hovering does. */
import { type CellPosition, followCells } from "./cell-pointer.ts";
import type { ColorScale } from "./color-scale.ts";
import type { HeatMapLabels, HeatMapLayout } from "./heat-map-frame.ts";
import { type Matrix, valueAt } from "./matrix.ts";
import type { SvgGroup } from "./svg.ts";

export interface HeatMapCell extends CellPosition {
  /** null where undefined. */
  readonly value: number | null;
  readonly rowLabel: string;
  readonly columnLabel: string;
}

export interface HeatMapContent {
  readonly matrix: Matrix;
  readonly labels: HeatMapLabels;
  readonly plot: HeatMapLayout["plot"];
  readonly scale: ColorScale;
  readonly formatValue: (value: number) => string;
}

function describe(content: HeatMapContent, { row, column }: CellPosition): HeatMapCell {
  return {
    row,
    column,
    value: valueAt(content.matrix, row, column),
    rowLabel: content.labels.rows[row] as string,
    columnLabel: content.labels.columns[column] as string,
  };
}

/** One rectangle a cell, each with a native tooltip "row, column: value". */
export function drawCells(group: SvgGroup, content: HeatMapContent): void {
  const { matrix, plot, scale } = content;
  group.attr("shape-rendering", "crispEdges");
  for (let row = 0; row < matrix.rows; row++) {
    for (let column = 0; column < matrix.columns; column++) {
      const cell = describe(content, { row, column });
      const text = cell.value === null ? "undefined" : content.formatValue(cell.value);
      group
        .append("rect")
        .attr("x", round(column * plot.cellSize))
        .attr("y", round(row * plot.cellSize))
        .attr("width", round(plot.cellSize))
        .attr("height", round(plot.cellSize))
        .attr("fill", scale.color(cell.value))
        .append("title")
        .text(`${cell.rowLabel}, ${cell.columnLabel}: ${text}`);
    }
  }
}

/** A dark outline in a light one, so that it shows on every colour. */
export function drawHighlights(
  group: SvgGroup,
  { matrix, plot }: HeatMapContent,
  highlights: readonly CellPosition[],
): void {
  const layer = group.append("g").attr("class", "highlights").attr("pointer-events", "none");
  for (const { row, column } of highlights) {
    if (!(row >= 0 && row < matrix.rows && column >= 0 && column < matrix.columns)) {
      throw new RangeError(
        `heatMap: expected highlights inside ${matrix.rows} × ${matrix.columns}, got (${row}, ${column})`,
      );
    }
    for (const [color, width] of [
      ["white", 4],
      ["black", 2],
    ] as const) {
      layer
        .append("rect")
        .attr("x", round(column * plot.cellSize))
        .attr("y", round(row * plot.cellSize))
        .attr("width", round(plot.cellSize))
        .attr("height", round(plot.cellSize))
        .attr("fill", "none")
        .attr("stroke", color)
        .attr("stroke-width", width);
    }
  }
}

/** The part of a heat map's options that hovering reads. */
export interface InteractionOptions {
  readonly title: string;
  /** Bands over the current row and column. */
  readonly crosshair?: boolean;
  /** A cell under the pointer or reached by the arrow keys, null when it leaves. */
  readonly onHover?: (cell: HeatMapCell | null) => void;
  /** Click, Enter or space. */
  readonly onSelect?: (cell: HeatMapCell) => void;
}

/**
 * Adds listeners only where somebody listens; says whether it did.
 * `cells` receives the events, `group` the crosshair.
 */
export function addInteraction(
  group: SvgGroup,
  cells: SvgGroup,
  content: HeatMapContent,
  options: InteractionOptions,
): boolean {
  const { onHover, onSelect, crosshair = false, title } = options;
  if (!onHover && !onSelect && !crosshair) return false;
  const moveCrosshair = crosshair ? drawCrosshair(group, content) : () => {};
  cells
    .attr("pointer-events", "all")
    .attr("role", "application")
    .attr("aria-label", `${title}: arrow keys move from cell to cell`);
  followCells(cells.node() as SVGGElement, {
    rows: content.matrix.rows,
    columns: content.matrix.columns,
    onMove: (position) => {
      moveCrosshair(position);
      onHover?.(position && describe(content, position));
    },
    onPick: (position) => onSelect?.(describe(content, position)),
  });
  return true;
}

/** Bands over the current row and column; returns what moves (or, with null, hides) them. */
function drawCrosshair(group: SvgGroup, { plot }: HeatMapContent) {
  const thickness = Math.max(1, plot.cellSize);
  const layer = group.append("g").attr("class", "crosshair").attr("pointer-events", "none");
  layer.attr("fill", "white").attr("fill-opacity", 0.35).attr("visibility", "hidden");
  const across = layer.append("rect").attr("width", plot.width).attr("height", thickness);
  const down = layer.append("rect").attr("width", thickness).attr("height", plot.height);
  return (cell: CellPosition | null): void => {
    layer.attr("visibility", cell ? "visible" : "hidden");
    if (!cell) return;
    across.attr("y", round(cell.row * plot.cellSize));
    down.attr("x", round(cell.column * plot.cellSize));
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
