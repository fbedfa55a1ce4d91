/**
 * A figure as data → element, so that a page of the docs (Node) and the dashboard (browser) draw the
 * same one. The data is a union over kinds of charts; a further kind is one case here.
 */
import type { ChartTheme } from "./chart-theme.ts";
import { divergingScaleFor, sequentialScaleFor } from "./color-scale.ts";
import { heatMap } from "./heat-map.ts";
import type { FrameOptions } from "./heat-map-frame.ts";
import { type LineChartData, type LineChartOptions, lineChart } from "./line-chart.ts";
import type { Matrix } from "./matrix.ts";
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
    };

export interface FigureOptions {
  readonly document: Document;
  /** px that the figure may take; a size that suits its kind without. */
  readonly width?: number;
  readonly theme?: ChartTheme;
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
}

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
    default:
      return figure satisfies never;
  }
}
