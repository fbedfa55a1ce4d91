/**
 * Pairs of numbers as points in SVG, a few of them marked with their names. For hundreds of points;
 * nothing is jittered or thinned, overlapping points show by their opacity.
 */
import { type ScaleLinear, scaleLinear } from "d3";
import { createSvg, FONT_SIZE, type SvgGroup, textWidth } from "./svg.ts";

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Tooltip, and the name beside a marked point. */
  readonly label: string;
  readonly marked?: boolean | undefined;
}

export interface ScatterPlotOptions {
  readonly document: Document;
  /** Shown above the plot, and its accessible name. */
  readonly title: string;
  /** Name and unit of each axis. */
  readonly xTitle: string;
  readonly yTitle: string;
  /** px, axes included; 480 × 320 without. */
  readonly width?: number;
  readonly height?: number;
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
}

const MARGIN = { top: 2 * FONT_SIZE + 6, right: 40, bottom: 44, left: 56 } as const;
const TICKS = 6;

/** @throws {RangeError} where there is no point, or a coordinate is not finite. */
export function scatterPlot(
  points: readonly ScatterPoint[],
  options: ScatterPlotOptions,
): HTMLElement {
  assertPoints(points);
  const { document, title, width = 480, height = 320 } = options;
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const x = scaleOver(points.map((point) => point.x)).range([MARGIN.left, right]);
  const y = scaleOver(points.map((point) => point.y)).range([bottom, MARGIN.top]);

  const svg = createSvg(document, width, height).attr("role", "img").attr("aria-label", title);
  if (options.background) {
    svg
      .append("rect")
      .attr("width", "100%")
      .attr("height", "100%")
      .attr("fill", options.background);
  }
  svg
    .append("text")
    .attr("class", "title")
    .attr("y", FONT_SIZE + 2)
    .attr("font-weight", 600)
    .text(title);
  drawAxes(svg.append("g").attr("class", "axes"), { x, y, right, bottom, ...options });
  drawPoints(svg.append("g").attr("class", "points"), points, { x, y, right });

  const figure = document.createElement("figure");
  figure.className = "scatter-plot";
  figure.style.margin = "0";
  figure.append(svg.node() as SVGSVGElement);
  return figure;
}

function assertPoints(points: readonly ScatterPoint[]): void {
  if (points.length === 0) {
    throw new RangeError(
      "scatterPlot: expected at least one point, got none; show a message instead of an empty chart",
    );
  }
  const fault = points.find(({ x, y }) => !(Number.isFinite(x) && Number.isFinite(y)));
  if (fault) {
    throw new RangeError(
      `scatterPlot: expected finite coordinates, got (${fault.x}, ${fault.y}) for ${fault.label}; leave the point out`,
    );
  }
}

type Scale = ScaleLinear<number, number>;

/** From the least to the largest value, with a little room so that no point lies on the frame. */
function scaleOver(values: readonly number[]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = 0.06 * (high - low) || 0.5;
  return scaleLinear([low - room, high + room], [0, 1]);
}

interface AxesOptions {
  readonly x: Scale;
  readonly y: Scale;
  readonly right: number;
  readonly bottom: number;
  readonly xTitle: string;
  readonly yTitle: string;
}

function drawAxes(group: SvgGroup, { x, y, right, bottom, xTitle, yTitle }: AxesOptions): void {
  group.attr("aria-hidden", "true");
  const line = (x1: number, y1: number, x2: number, y2: number) =>
    group
      .append("path")
      .attr("d", `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}`)
      .attr("stroke", "currentColor")
      .attr("stroke-opacity", 0.15);
  const label = (text: string, atX: number, atY: number, anchor: "middle" | "end") =>
    group
      .append("text")
      .attr("x", round(atX))
      .attr("y", round(atY))
      .attr("dy", "0.35em")
      .attr("text-anchor", anchor)
      .text(text);

  for (const tick of x.ticks(TICKS)) {
    line(x(tick), MARGIN.top, x(tick), bottom);
    label(x.tickFormat(TICKS)(tick), x(tick), bottom + 12, "middle");
  }
  for (const tick of y.ticks(TICKS)) {
    line(MARGIN.left, y(tick), right, y(tick));
    label(y.tickFormat(TICKS)(tick), MARGIN.left - 6, y(tick), "end");
  }
  label(xTitle, (MARGIN.left + right) / 2, bottom + 32, "middle");
  const middle = round((MARGIN.top + bottom) / 2);
  group
    .append("text")
    .attr("transform", `translate(${FONT_SIZE}, ${middle}) rotate(-90)`)
    .attr("text-anchor", "middle")
    .text(yTitle);
}

function drawPoints(
  group: SvgGroup,
  points: readonly ScatterPoint[],
  { x, y, right }: { x: Scale; y: Scale; right: number },
): void {
  // marked points last, above the others
  const ordered = [...points].sort((a, b) => Number(a.marked ?? false) - Number(b.marked ?? false));
  for (const { marked = false, label, ...point } of ordered) {
    const [atX, atY] = [round(x(point.x)), round(y(point.y))];
    group
      .append("circle")
      .attr("cx", atX)
      .attr("cy", atY)
      .attr("r", marked ? 5 : 3.5)
      .attr("fill", marked ? "#d55e00" : "currentColor")
      .attr("fill-opacity", marked ? 1 : 0.35)
      .append("title")
      .text(label);
    if (!marked) continue;
    const fits = atX + 9 + textWidth(label) <= right;
    group
      .append("text")
      .attr("x", fits ? atX + 9 : atX - 9)
      .attr("y", atY)
      .attr("dy", "0.35em")
      .attr("text-anchor", fits ? "start" : "end")
      .attr("font-weight", 600)
      .text(label);
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
