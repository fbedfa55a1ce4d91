/**
 * The names of the lines: to the right of the plot, each at the height where its line ends and pushed
 * apart where they would touch; below the plot where it is narrow.
 */
import type { SeriesStyle } from "./series-style.ts";
import { FONT_SIZE, type SvgGroup, textWidth } from "./svg.ts";

export interface SeriesName {
  readonly name: string;
  readonly style: SeriesStyle;
  /** px, where the line ends. */
  readonly endY: number;
}

/** px */
const SWATCH = 24;
const LINE = FONT_SIZE + 6;
const GAP = 16;

/** px that names to the right need. */
export function namesWidth(names: readonly string[]): number {
  return SWATCH + 8 + Math.max(...names.map(textWidth));
}

/** Names at the right edge of the plot; `group` has its origin at the edge. */
export function drawNamesRight(
  group: SvgGroup,
  names: readonly SeriesName[],
  { top, bottom }: { readonly top: number; readonly bottom: number },
): void {
  const ordered = [...names].sort((a, b) => a.endY - b.endY);
  const places = spread(
    ordered.map(({ endY }) => endY),
    { top: top + LINE / 2, bottom: bottom - LINE / 2, gap: LINE },
  );
  ordered.forEach((name, index) => {
    drawName(group, name, 6, places[index] as number);
  });
}

/** px that names below the plot need, in rows as wide as the chart. */
export function namesHeight(names: readonly string[], width: number): number {
  return LINE * (1 + Math.max(...rowsOf(names, width).map(({ row }) => row)));
}

/** Names in rows; `group` has its origin at the left end of the first. */
export function drawNamesBelow(group: SvgGroup, names: readonly SeriesName[], width: number): void {
  const places = rowsOf(
    names.map(({ name }) => name),
    width,
  );
  names.forEach((name, index) => {
    const { x, row } = places[index] as { x: number; row: number };
    drawName(group, name, x, (row + 0.5) * LINE);
  });
}

function rowsOf(names: readonly string[], width: number): { x: number; row: number }[] {
  let x = 0;
  let row = 0;
  return names.map((name) => {
    const needed = SWATCH + 6 + textWidth(name);
    if (x > 0 && x + needed > width) {
      x = 0;
      row += 1;
    }
    const place = { x, row };
    x += needed + GAP;
    return place;
  });
}

function drawName(group: SvgGroup, { name, style }: SeriesName, x: number, y: number): void {
  const item = group.append("g").attr("transform", `translate(${round(x)}, ${round(y)})`);
  item
    .append("path")
    .attr("d", `M0 0H${SWATCH}`)
    .attr("stroke", style.color)
    .attr("stroke-width", 2)
    .attr("stroke-dasharray", style.dashes);
  item
    .append("path")
    .attr("d", style.marker)
    .attr("transform", `translate(${SWATCH / 2}, 0)`)
    .attr("fill", style.color);
  item
    .append("text")
    .attr("x", SWATCH + 6)
    .attr("dy", "0.35em")
    .text(name);
}

/**
 * Ascending places moved as little as needed to lie `gap` apart, between top and bottom: neighbours
 * that touch become one block about the mean of where its members want to be.
 */
export function spread(
  wanted: readonly number[],
  { top, bottom, gap }: { readonly top: number; readonly bottom: number; readonly gap: number },
): number[] {
  const blocks: { size: number; sum: number; start: number }[] = [];
  const startOf = (size: number, sum: number) => {
    const middle = sum / size - ((size - 1) * gap) / 2;
    return Math.max(top, Math.min(bottom - (size - 1) * gap, middle));
  };
  for (const place of wanted) {
    let block = { size: 1, sum: place, start: startOf(1, place) };
    for (;;) {
      const before = blocks.at(-1);
      if (before === undefined || before.start + before.size * gap <= block.start) break;
      blocks.pop();
      const size = before.size + block.size;
      const sum = before.sum + block.sum;
      block = { size, sum, start: startOf(size, sum) };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ size, start }) =>
    Array.from({ length: size }, (_, index) => start + index * gap),
  );
}

const round = (value: number): number => Math.round(value * 100) / 100;
