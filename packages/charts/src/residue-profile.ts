/** One number a residue (or a run of residues) as bars along the sequence, the largest ones named. */
import { scaleLinear } from "d3";
import { drawColumnLabels, layoutColumns } from "./axis-labels.ts";
import type { ChartTheme } from "./chart-theme.ts";
import { numberText } from "./number-text.ts";
import { seriesStyle } from "./series-style.ts";
import { createSvg, drawTitle, FONT_SIZE, textWidth } from "./svg.ts";

export interface ProfileBar {
  /** "C30", or "101–200" where a bar stands for several. */
  readonly label: string;
  readonly value: number;
}

export interface ResidueProfileOptions {
  readonly document: Document;
  /** Shown above the bars, and its accessible name. */
  readonly title: string;
  /** Name and unit of the values. */
  readonly yTitle: string;
  /** px, everything included; 640 × 150 without. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: ChartTheme;
  readonly background?: string | undefined;
}

const TICKS = 3;
/** Bars with their names in the accessible name. */
const NAMED = 3;

/** @throws {RangeError} where there is no bar, or a value is not finite. */
export function residueProfile(
  bars: readonly ProfileBar[],
  options: ResidueProfileOptions,
): HTMLElement {
  assertBars(bars);
  const {
    document,
    title,
    yTitle,
    width = 640,
    height = 150,
    theme = "light",
    background,
  } = options;
  const values = bars.map(({ value }) => value);
  const domain = [Math.min(0, ...values), Math.max(0, ...values) || 1] as const;
  const ticks = scaleLinear(domain, [0, 1]).nice(TICKS).ticks(TICKS);
  const left = Math.max(...ticks.map((tick) => textWidth(numberText(tick)))) + 10;
  const top = 2 * FONT_SIZE + 8;
  const barWidth = (width - left - 4) / bars.length;
  const axis = layoutColumns(
    bars.map(({ label }) => label),
    barWidth,
  );
  const bottom = height - axis.depth;
  const y = scaleLinear(domain, [bottom, top]).nice(TICKS);

  const svg = createSvg(document, width, height).attr("role", "img");
  svg.attr("aria-label", `${title}: ${yTitle}; largest at ${largest(bars)}`);
  if (background) {
    svg.append("rect").attr("width", "100%").attr("height", "100%").attr("fill", background);
  }
  drawTitle(svg, title, width);
  for (const tick of ticks) {
    svg
      .append("path")
      .attr("d", `M${left} ${round(y(tick))}H${width - 4}`)
      .attr("stroke", "currentColor")
      .attr("stroke-opacity", tick === 0 ? 0.4 : 0.13);
    svg
      .append("text")
      .attr("x", left - 6)
      .attr("y", round(y(tick)))
      .attr("dy", "0.35em")
      .attr("text-anchor", "end")
      .text(numberText(tick));
  }
  const group = svg
    .append("g")
    .attr("class", "bars")
    .attr("fill", seriesStyle(0, false, theme).color);
  bars.forEach(({ label, value }, index) => {
    const [from, to] = [y(Math.max(0, value)), y(Math.min(0, value))];
    group
      .append("rect")
      .attr("x", round(left + index * barWidth))
      .attr("y", round(from))
      .attr("width", round(Math.max(0.5, barWidth * 0.9)))
      .attr("height", round(Math.max(0.5, to - from)))
      .append("title")
      .text(`${label}: ${numberText(value)}`);
  });
  // labels of columns stand above their axis; here they hang from the foot of the bars
  const labels = svg.append("g").attr("transform", `translate(${left}, ${height - 2})`);
  drawColumnLabels(labels, axis);

  const figure = document.createElement("figure");
  figure.className = "residue-profile";
  figure.style.margin = "0";
  figure.append(svg.node() as SVGSVGElement);
  return figure;
}

function largest(bars: readonly ProfileBar[]): string {
  const ordered = [...bars].sort((a, b) => b.value - a.value).slice(0, NAMED);
  return ordered.map(({ label, value }) => `${label} (${numberText(value)})`).join(", ");
}

function assertBars(bars: readonly ProfileBar[]): void {
  const fault = bars.find(({ value }) => !Number.isFinite(value));
  if (bars.length === 0 || fault) {
    throw new RangeError(
      `residueProfile: expected at least one bar and finite values, got ${fault ? `${fault.value} at ${fault.label}` : "none"}; show a message instead`,
    );
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
