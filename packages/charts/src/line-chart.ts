/**
 * Lines over a number, in SVG: several series with markers and bands, linear or logarithmic axes,
 * levels to compare with, and a name at the end of each line. For figures that stand still; what grows
 * while it is looked at is a `trainingCurves`.
 */
import { axisScale, type ScaleKind } from "./axis-scale.ts";
import type { ChartTheme } from "./chart-theme.ts";
import { drawAxes, drawReferences, type LineFrame, leftOf, MARGIN } from "./line-chart-frame.ts";
import { drawSeries, type LinePoint, type LineSeries } from "./line-chart-series.ts";
import {
  drawNamesBelow,
  drawNamesRight,
  namesHeight,
  namesWidth,
  type SeriesName,
} from "./series-names.ts";
import { seriesStyle } from "./series-style.ts";
import { createSvg, drawTitle } from "./svg.ts";

export interface LineChartData {
  readonly series: readonly LineSeries[];
  /** Horizontal lines with a name: baselines. */
  readonly references?: readonly { readonly name: string; readonly y: number }[];
}

export interface LineChartOptions {
  readonly document: Document;
  /** Shown above the plot, and its accessible name. */
  readonly title: string;
  /** Name and unit of each axis. */
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xScale?: ScaleKind;
  readonly yScale?: ScaleKind;
  /** Where the y axis ends though values go on; lines are cut off there. All values fit without. */
  readonly yTop?: number | undefined;
  /** px, everything included; 680 × 400 without. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: ChartTheme;
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
}

/** px; narrower charts have their names below. */
const NAMES_RIGHT_FROM = 520;
/** @throws {RangeError} where there is no point, a coordinate is not finite, or not positive on a logarithmic axis. */
export function lineChart(data: LineChartData, options: LineChartOptions): HTMLElement {
  assertSeries(data.series);
  const { document, title, width = 680, height = 400, theme = "light" } = options;
  const { xScale = "linear", yScale = "linear", yTop = Number.POSITIVE_INFINITY } = options;
  const styled = data.series.map((series, index) => ({
    series,
    label: series.ended === undefined ? series.name : `${series.name} (× ${series.ended})`,
    style: seriesStyle(series.color ?? index, series.dashed ?? false, theme),
  }));
  const named = styled.filter(({ series }) => !series.faint);
  const labels = named.map(({ label }) => label);
  const namesRight = width >= NAMES_RIGHT_FROM;
  const right = width - MARGIN.right - (namesRight ? namesWidth(labels) : 0);
  const below = namesRight ? 0 : namesHeight(labels, width) + 8;
  const bottom = height - MARGIN.bottom;

  const points = data.series.flatMap((series) => series.points);
  const references = data.references ?? [];
  const bounds = points.flatMap(({ y, low = y, high = y }) =>
    yScale === "linear" || low > 0 ? [low, y, high] : [y, high],
  );
  const y = axisScale(
    yScale,
    [...bounds, ...references.map((level) => level.y)].map((value) => Math.min(value, yTop)),
    [bottom, MARGIN.top],
  );
  const left = leftOf(y, bottom);
  const x = axisScale(
    xScale,
    points.map((point) => point.x),
    [left, right],
  );

  const svg = createSvg(document, width, height + below)
    .attr("role", "img")
    .attr("aria-label", `${title}: ${options.yTitle} by ${options.xTitle}, ${labels.join(", ")}`);
  if (options.background) {
    svg
      .append("rect")
      .attr("width", "100%")
      .attr("height", "100%")
      .attr("fill", options.background);
  }
  drawTitle(svg, title, width);
  const frame: LineFrame = { x, y, left, right, bottom };
  drawAxes(svg.append("g").attr("class", "axes"), frame, options);
  drawReferences(svg.append("g").attr("class", "references"), references, frame);
  const beneathFirst = [...styled].sort(
    (a, b) => Number(b.series.faint ?? false) - Number(a.series.faint ?? false),
  );
  const lines = yTop === Number.POSITIVE_INFINITY ? svg : clippedTo(svg, frame);
  for (const { series, style } of beneathFirst) {
    drawSeries(lines.append("g").attr("class", "series"), series, style, frame);
  }
  const names: SeriesName[] = named.map(({ series, label, style }) => ({
    name: label,
    style,
    endY: y.position((series.points.at(-1) as LinePoint).y),
  }));
  const legend = svg.append("g").attr("class", "names").attr("aria-hidden", "true");
  if (namesRight) {
    drawNamesRight(legend.attr("transform", `translate(${right}, 0)`), names, {
      top: MARGIN.top,
      bottom,
    });
  } else {
    drawNamesBelow(legend.attr("transform", `translate(2, ${height})`), names, width);
  }

  const figure = document.createElement("figure");
  figure.className = "line-chart";
  figure.style.margin = "0";
  figure.append(svg.node() as SVGSVGElement);
  return figure;
}

/** The plot as an SVG of its own, in the same coordinates: it clips without an id, which would clash between charts. */
function clippedTo(svg: ReturnType<typeof createSvg>, { left, right, bottom }: LineFrame) {
  const [width, height] = [right - left, bottom - MARGIN.top];
  return svg
    .append("svg")
    .attr("class", "plot")
    .attr("x", left)
    .attr("y", MARGIN.top)
    .attr("width", width)
    .attr("height", height)
    .attr("viewBox", `${left} ${MARGIN.top} ${width} ${height}`);
}

function assertSeries(series: readonly LineSeries[]): void {
  const empty = series.length === 0 || series.find(({ points }) => points.length === 0);
  if (empty) {
    throw new RangeError(
      "lineChart: expected series of at least one point each, got none; leave empty series out",
    );
  }
  for (const { name, points } of series) {
    const fault = points.find(({ x, y }) => !(Number.isFinite(x) && Number.isFinite(y)));
    if (fault) {
      throw new RangeError(
        `lineChart: expected finite coordinates, got (${fault.x}, ${fault.y}) in ${name}; leave the point out`,
      );
    }
  }
}
