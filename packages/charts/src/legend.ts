/** The key of a colour scale: a vertical bar with round values and the name and unit of what it shows. */
import type { ColorScale } from "./color-scale.ts";
import { numberText } from "./number-text.ts";
import { FONT_SIZE, type SvgGroup, textWidth } from "./svg.ts";

const BAR_WIDTH = 12;
const STRIPS = 64;
const TICKS = 5;

/** px, ticks and rotated title included. */
export function legendWidth(scale: ColorScale): number {
  const widest = Math.max(...scale.ticks(TICKS).map((tick) => textWidth(numberText(tick))));
  return BAR_WIDTH + 6 + widest + 6 + FONT_SIZE;
}

/** Draws into `group`, top left at its origin. Strips, not a gradient: ids would clash between charts. */
export function drawLegend(
  group: SvgGroup,
  scale: ColorScale,
  options: { readonly height: number; readonly title: string },
): void {
  const { height, title } = options;
  const [low, high] = scale.domain;
  group.attr("class", "legend").attr("aria-hidden", "true");
  // equal steps of value, so that a square-root scale shows where its colours crowd
  for (let strip = 0; strip < STRIPS; strip++) {
    const value = low + ((strip + 0.5) / STRIPS) * (high - low);
    group
      .append("rect")
      .attr("y", round(height - ((strip + 1) / STRIPS) * height))
      .attr("width", BAR_WIDTH)
      .attr("height", round(height / STRIPS + 0.5))
      .attr("fill", scale.color(value));
  }
  for (const tick of scale.ticks(TICKS)) {
    const share = high === low ? 0 : (tick - low) / (high - low);
    group
      .append("text")
      .attr("x", BAR_WIDTH + 6)
      .attr("y", round(height - share * height))
      .attr("dy", "0.35em")
      .text(numberText(tick));
  }
  group
    .append("text")
    .attr("transform", `translate(${legendWidth(scale)}, ${round(height / 2)}) rotate(-90)`)
    .attr("text-anchor", "middle")
    .text(title);
}

const round = (value: number): number => Math.round(value * 100) / 100;
