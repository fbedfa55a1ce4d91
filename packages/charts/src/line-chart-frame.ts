/** Everything of a line chart around its lines: grid, tick labels, axis titles, levels to compare with. */
import type { AxisScale } from "./axis-scale.ts";
import { FONT_SIZE, type SvgGroup, textWidth } from "./svg.ts";

/** px */
export const MARGIN = { top: 2 * FONT_SIZE + 10, right: 14, bottom: 46, left: 10 } as const;
/** px between tick labels, at least. */
const TICK_SPACE = { x: 56, y: 34 } as const;

/** Where values stand in a chart, in px of the SVG. */
export interface LineFrame {
  readonly x: AxisScale;
  readonly y: AxisScale;
  /** Edges of the plot. */
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

/** px left of the plot: the axis title and the longest tick label. */
export function leftOf(y: AxisScale, bottom: number): number {
  const labels = y.ticks((bottom - MARGIN.top) / TICK_SPACE.y).map(({ text }) => textWidth(text));
  return MARGIN.left + 2 * FONT_SIZE + Math.max(...labels);
}

export function drawAxes(
  group: SvgGroup,
  { x, y, left, right, bottom }: LineFrame,
  { xTitle, yTitle }: { readonly xTitle: string; readonly yTitle: string },
): void {
  group.attr("aria-hidden", "true");
  const grid = (path: string) =>
    group
      .append("path")
      .attr("d", path)
      .attr("stroke", "currentColor")
      .attr("stroke-opacity", 0.13);
  const label = (text: string, atX: number, atY: number, anchor: "middle" | "end") =>
    group
      .append("text")
      .attr("x", round(atX))
      .attr("y", round(atY))
      .attr("dy", "0.35em")
      .attr("text-anchor", anchor)
      .text(text);

  for (const { value, text } of x.ticks((right - left) / TICK_SPACE.x)) {
    const at = round(x.position(value));
    grid(`M${at} ${MARGIN.top}V${bottom}`);
    label(text, at, bottom + 13, "middle");
  }
  for (const { value, text } of y.ticks((bottom - MARGIN.top) / TICK_SPACE.y)) {
    const at = round(y.position(value));
    grid(`M${left} ${at}H${round(right)}`);
    label(text, left - 7, at, "end");
  }
  label(xTitle, (left + right) / 2, bottom + 34, "middle");
  group
    .append("text")
    .attr(
      "transform",
      `translate(${FONT_SIZE + 1}, ${round((MARGIN.top + bottom) / 2)}) rotate(-90)`,
    )
    .attr("text-anchor", "middle")
    .text(yTitle);
}

export function drawReferences(
  group: SvgGroup,
  references: readonly { readonly name: string; readonly y: number }[],
  { y, left, right }: LineFrame,
): void {
  for (const { name, y: level } of references) {
    const at = round(y.position(level));
    group
      .append("path")
      .attr("d", `M${left} ${at}H${round(right)}`)
      .attr("stroke", "currentColor")
      .attr("stroke-opacity", 0.6)
      .attr("stroke-dasharray", "2 3");
    group
      .append("text")
      .attr("x", round(right - 4))
      .attr("y", at - 4)
      .attr("text-anchor", "end")
      .attr("fill-opacity", 0.75)
      .text(name);
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
