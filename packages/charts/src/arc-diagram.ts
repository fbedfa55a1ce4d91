/**
 * Strongest pairs of residues as arcs over their sequence, from the residue that looks to the residue
 * looked at: above the line towards the C end, below it towards the N end. Width and opacity are weight.
 */
import { drawColumnLabels, layoutColumns } from "./axis-labels.ts";
import type { ChartTheme } from "./chart-theme.ts";
import { numberText } from "./number-text.ts";
import { seriesStyle } from "./series-style.ts";
import { createSvg, drawTitle, FONT_SIZE } from "./svg.ts";

export interface Arc {
  /** Place on the line, counted from 0. */
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

export interface ArcDiagramOptions {
  readonly document: Document;
  /** Shown above the arcs, and its accessible name. */
  readonly title: string;
  /** One a place. */
  readonly labels: readonly string[];
  /** px, everything included; 640 without. */
  readonly width?: number;
  readonly theme?: ChartTheme;
  readonly background?: string | undefined;
}

/** px */
const SIDE = 8;
const LARGEST_RADIUS = 130;
const NAMED = 3;

/** @throws {RangeError} where an arc leaves the line. */
export function arcDiagram(arcs: readonly Arc[], options: ArcDiagramOptions): HTMLElement {
  const { document, title, labels, width = 640, theme = "light", background } = options;
  const outside = arcs.find(({ from, to }) => !(labels[from] && labels[to]));
  if (outside) {
    throw new RangeError(
      `arcDiagram: expected arcs within ${labels.length} places, got ${outside.from} to ${outside.to}`,
    );
  }
  const step = (width - 2 * SIDE) / labels.length;
  const axis = layoutColumns(labels, step);
  const at = (place: number) => SIDE + (place + 0.5) * step;
  const widest = Math.max(0, ...arcs.map(({ from, to }) => Math.abs(from - to)));
  const reach = Math.min(LARGEST_RADIUS, Math.max(24, (widest * step) / 2));
  const reachOf = (side: readonly Arc[]) =>
    Math.max(0, ...side.map(({ from, to }) => (reach * Math.abs(from - to)) / widest));
  const above = 2 * FONT_SIZE + 8 + reachOf(arcs.filter(({ from, to }) => to >= from));
  const below = above + axis.depth + 6;
  const height = Math.ceil(below + reachOf(arcs.filter(({ from, to }) => to < from)) + 6);
  const most = Math.max(0, ...arcs.map(({ weight }) => weight)) || 1;

  const svg = createSvg(document, width, height).attr("role", "img");
  svg.attr("aria-label", `${title}. ${describe(arcs, labels)}`);
  if (background) {
    svg.append("rect").attr("width", "100%").attr("height", "100%").attr("fill", background);
  }
  drawTitle(svg, title, width);
  const group = svg.append("g").attr("class", "arcs").attr("fill", "none");
  for (const arc of [...arcs].sort((a, b) => a.weight - b.weight)) {
    const [x1, x2] = [at(arc.from), at(arc.to)];
    const forward = arc.to >= arc.from;
    const base = forward ? above : below;
    const share = arc.weight / most;
    const radius = { x: Math.abs(x2 - x1) / 2, y: (reach * Math.abs(arc.from - arc.to)) / widest };
    group
      .append("path")
      .attr(
        "d",
        `M${round(x1)} ${base}A${round(radius.x)} ${round(radius.y)} 0 0 1 ${round(x2)} ${base}`,
      )
      .attr("stroke", seriesStyle(forward ? 0 : 1, false, theme).color)
      .attr("stroke-opacity", round(0.2 + 0.75 * share))
      .attr("stroke-width", round(0.75 + 2.25 * share))
      .append("title")
      .text(`${labels[arc.from]} attends to ${labels[arc.to]}: ${numberText(arc.weight)}`);
  }
  drawColumnLabels(svg.append("g").attr("transform", `translate(${SIDE}, ${below - 2})`), axis);

  const figure = document.createElement("figure");
  figure.className = "arc-diagram";
  figure.style.margin = "0";
  figure.append(svg.node() as SVGSVGElement);
  return figure;
}

function describe(arcs: readonly Arc[], labels: readonly string[]): string {
  if (arcs.length === 0) return "No pair is far enough apart";
  const strongest = [...arcs].sort((a, b) => b.weight - a.weight).slice(0, NAMED);
  const names = strongest.map(({ from, to }) => `${labels[from]} to ${labels[to]}`);
  return `${arcs.length} arcs, the strongest ${names.join(", ")}`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
