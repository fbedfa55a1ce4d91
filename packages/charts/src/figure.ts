/**
 * A figure as data → element, so that a page of the docs (Node) and the dashboard (browser) draw the
 * same one. The data is a union over kinds of charts; a further kind is one case here.
 */
import { type ByteMap, coloredByteMap } from "./byte-maps.ts";
import type { ChartTheme } from "./chart-theme.ts";
import { divergingScaleFor, sequentialScaleFor } from "./color-scale.ts";
import { heatMap } from "./heat-map.ts";
import type { FrameOptions } from "./heat-map-frame.ts";
import { type LineChartData, type LineChartOptions, lineChart } from "./line-chart.ts";
import { mapSheet } from "./map-sheet.ts";
import type { Matrix } from "./matrix.ts";
import { canvasUrl, type Raster } from "./raster.ts";
import { type ScatterPoint, scatterPlot } from "./scatter-plot.ts";

export type Figure =
  | ({ readonly kind: "lines" } & LineChartData &
      Pick<LineChartOptions, "title" | "xTitle" | "yTitle" | "xScale" | "yScale">)
  | ({ readonly kind: "heat-map"; readonly colors?: "sequential" | "diverging" } & Matrix &
      Omit<FrameOptions, "width" | "background">)
  | {
      readonly kind: "scatter";
      readonly title: string;
      readonly xTitle: string;
      readonly yTitle: string;
      readonly points: readonly ScatterPoint[];
    }
  | {
      readonly kind: "maps";
      readonly title: string;
      /** Cells a side of each map. */
      readonly side: number;
      readonly rows: readonly { readonly label: string; readonly maps: readonly ByteMap[] }[];
    };

export interface FigureOptions {
  readonly document: Document;
  /** px that the figure may take; a size that suits its kind without. */
  readonly width?: number;
  readonly theme?: ChartTheme;
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
  /** Of "maps"; a canvas's without, which Node does not have. */
  readonly imageUrl?: ((raster: Raster) => string) | undefined;
}

/** px of a map where the width allows. */
const MAP_SIZE = 190;
/** px; labels and legend of a heat map stand beside its cells. */
const HEAT_MAP_CELLS = { frame: 150, least: 100, most: 520 } as const;

/** @throws {RangeError} where the data does not make a chart of its kind. */
export function drawFigure(figure: Figure, options: FigureOptions): HTMLElement {
  switch (figure.kind) {
    case "lines":
      return lineChart(figure, { ...figure, ...options });
    case "heat-map": {
      const { width = 680, ...rest } = options;
      const { frame, least, most } = HEAT_MAP_CELLS;
      const colorScale =
        figure.colors === "diverging" ? divergingScaleFor(figure) : sequentialScaleFor(figure);
      const cells = Math.min(most, Math.max(least, width - frame));
      return heatMap(figure, { ...figure, ...rest, width: cells, colorScale });
    }
    case "scatter":
      return scatterPlot(figure.points, { ...figure, ...options });
    case "maps": {
      const { width = 680, document, imageUrl = canvasUrl(document), ...rest } = options;
      const columns = Math.max(...figure.rows.map(({ maps }) => maps.length));
      const rows = figure.rows.map(({ label, maps }) => ({
        label,
        maps: maps.map((map) => coloredByteMap(map, figure.side)),
      }));
      const mapSize = Math.min(MAP_SIZE, Math.floor((width - 50) / columns) - 8);
      const frame = document.createElement("figure");
      frame.style.margin = "0";
      frame.append(mapSheet(rows, { ...rest, document, title: figure.title, imageUrl, mapSize }));
      return frame;
    }
    default:
      return figure satisfies never;
  }
}
