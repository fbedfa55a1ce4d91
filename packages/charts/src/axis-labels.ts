/** Which labels of rows or columns fit, and where they stand. */
import { FONT_SIZE, type SvgGroup, textWidth } from "./svg.ts";

const STRIDES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** Every how many cells a label stands, so that labels of `extent` px do not touch. */
function labelStride(cellSize: number, extent: number): number {
  const needed = extent / cellSize;
  return STRIDES.find((stride) => stride >= needed) ?? Math.ceil(needed);
}

export interface AxisLayout {
  readonly labels: readonly string[];
  /** px along the axis. */
  readonly cellSize: number;
  readonly stride: number;
  readonly rotated: boolean;
  /** px across the axis that the labels need. */
  readonly depth: number;
}

/** Column labels turn upright-to-sideways where a label is wider than its cell. */
export function layoutColumns(labels: readonly string[], cellSize: number): AxisLayout {
  const widest = Math.max(0, ...labels.map(textWidth));
  const rotated = widest + 2 > cellSize;
  const stride = labelStride(cellSize, FONT_SIZE + 1);
  return { labels, cellSize, stride, rotated, depth: (rotated ? widest : FONT_SIZE) + 6 };
}

export function layoutRows(labels: readonly string[], cellSize: number): AxisLayout {
  const widest = Math.max(0, ...labels.map(textWidth));
  const stride = labelStride(cellSize, FONT_SIZE + 1);
  return { labels, cellSize, stride, rotated: false, depth: widest + 8 };
}

/** Labels above the plot, whose top edge is the group's x axis. */
export function drawColumnLabels(group: SvgGroup, layout: AxisLayout): void {
  group.attr("class", "column-labels").attr("aria-hidden", "true");
  forEachLabel(layout, (label, middle) => {
    const text = group.append("text").text(label);
    if (layout.rotated) {
      text.attr("transform", `translate(${middle}, -4) rotate(-90)`).attr("dy", "0.35em");
    } else {
      text.attr("x", middle).attr("y", -4).attr("text-anchor", "middle");
    }
  });
}

/** Labels left of the plot, whose left edge is the group's y axis. */
export function drawRowLabels(group: SvgGroup, layout: AxisLayout): void {
  group.attr("class", "row-labels").attr("aria-hidden", "true").attr("text-anchor", "end");
  forEachLabel(layout, (label, middle) => {
    group.append("text").attr("x", -4).attr("y", middle).attr("dy", "0.35em").text(label);
  });
}

/** With a stride, labels stand at multiples of it counted from one, as residues are numbered. */
function forEachLabel(layout: AxisLayout, draw: (label: string, middle: number) => void): void {
  const { labels, cellSize, stride } = layout;
  for (let index = stride - 1; index < labels.length; index += stride) {
    draw(labels[index] as string, Math.round((index + 0.5) * cellSize * 100) / 100);
  }
}
