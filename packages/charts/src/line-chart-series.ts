/** One line of a line chart: band, line, markers, and a cross where it ends before the others. */
import { area, line } from "d3";
import type { LineFrame } from "./line-chart-frame.ts";
import { numberText } from "./number-text.ts";
import type { SeriesStyle } from "./series-style.ts";
import type { SvgGroup } from "./svg.ts";

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** Band around y. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export interface LineSeries {
  readonly name: string;
  /** In order of x. */
  readonly points: readonly LinePoint[];
  /** Place in the palette of colours and markers; the place in the list without. */
  readonly color?: number | undefined;
  readonly dashed?: boolean | undefined;
  /** Beneath the others, thin and without a name: the raw values of a smoothed line. */
  readonly faint?: boolean | undefined;
  /** Why it ends before the others, a word: a cross stands at its end. */
  readonly ended?: string | undefined;
}

/** What a pointer reads off: as many digits as the numbers of a figure have. */
const EXACT = { digits: 6 } as const;
/** Longer series have no markers: they would hide the line. */
const MAX_MARKED = 24;
const FAINT_OPACITY = 0.3;

export function drawSeries(
  group: SvgGroup,
  series: LineSeries,
  style: SeriesStyle,
  frame: LineFrame,
): void {
  const { points, ended } = series;
  const { x, y, bottom } = frame;
  const height = (value: number) => {
    const at = y.position(value);
    return Number.isFinite(at) ? round(Math.min(bottom, at)) : bottom;
  };
  const across = (point: LinePoint) => round(x.position(point.x));
  if (points.some(({ low, high }) => low !== undefined || high !== undefined)) {
    const band = area<LinePoint>(
      across,
      ({ y: value, low = value }) => height(low),
      ({ y: value, high = value }) => height(high),
    );
    group
      .append("path")
      .attr("class", "band")
      .attr("d", band([...points]))
      .attr("fill", style.color)
      .attr("fill-opacity", 0.16);
  }
  group
    .append("path")
    .attr("class", "line")
    .attr("d", line<LinePoint>(across, (point) => height(point.y))([...points]))
    .attr("fill", "none")
    .attr("stroke", style.color)
    .attr("stroke-width", series.faint ? 1 : 2)
    .attr("stroke-opacity", series.faint ? FAINT_OPACITY : 1)
    .attr("stroke-dasharray", style.dashes);
  for (const point of points.length > MAX_MARKED || series.faint ? [] : points) {
    group
      .append("path")
      .attr("class", "marker")
      .attr("d", style.marker)
      .attr("transform", `translate(${across(point)}, ${height(point.y)})`)
      .attr("fill", style.color)
      .append("title")
      .text(`${series.name}: ${numberText(point.x, EXACT)}, ${numberText(point.y, EXACT)}`);
  }
  const last = points.at(-1);
  if (ended === undefined || last === undefined) return;
  group
    .append("path")
    .attr("class", "end")
    .attr("d", "M-6 -6L6 6M-6 6L6 -6")
    .attr("transform", `translate(${across(last) + 14}, ${height(last.y)})`)
    .attr("stroke", style.color)
    .attr("stroke-width", 2.5);
}

const round = (value: number): number => Math.round(value * 100) / 100;
