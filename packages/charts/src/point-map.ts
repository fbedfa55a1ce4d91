/**
 * Many named points in a plane, coloured by a group or by an amount: a projection of embeddings. One tab
 * stop; the arrow keys go to the nearest point in their direction, Enter chooses it.
 */
import { scaleLinear } from "d3";
import type { ChartTheme } from "./chart-theme.ts";
import { createColorScale } from "./color-scale.ts";
import { numberText } from "./number-text.ts";
import { seriesStyle } from "./series-style.ts";
import { createSvg, drawTitle, FONT_SIZE, textWidth } from "./svg.ts";

export interface MapPoint {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

/** Of each point, in their order. */
export type PointColors =
  | { readonly kind: "groups"; readonly title: string; readonly of: readonly string[] }
  | { readonly kind: "amount"; readonly title: string; readonly of: readonly number[] };

export interface PointMapOptions {
  readonly document: Document;
  /** Shown above the plot, and its accessible name. */
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly colors: PointColors;
  /** px, everything included; 640 × 480 without. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: ChartTheme;
  readonly background?: string | undefined;
  /** A point under the pointer or reached by a key; null when it leaves. */
  readonly onHover?: (index: number | null) => void;
  readonly onSelect?: (index: number) => void;
}

/** Groups with a colour of their own; the smaller ones share grey. */
const MOST_GROUPS = 7;
const REST = "other";
const GREY = "#8a949e";
const RADIUS = 4.5;

/** @throws {RangeError} where there is no point, a coordinate is not finite, or colours do not fit. */
export function pointMap(points: readonly MapPoint[], options: PointMapOptions): HTMLElement {
  assertPoints(points, options.colors);
  const { document, title, width = 640, height = 480, theme = "light", background } = options;
  const paint = painter(options.colors, theme);
  const legend = { row: FONT_SIZE + 6, rows: rowsOf(paint.legend, width) };
  const bottom = height - legend.row * legend.rows.length - 26;
  const [left, top, right] = [26, 2 * FONT_SIZE + 10, width - 8];
  const x = scaleOver(points.map((point) => point.x)).range([left + 8, right - 8]);
  const y = scaleOver(points.map((point) => point.y)).range([bottom - 8, top + 8]);

  const svg = createSvg(document, width, height);
  if (background) {
    svg.append("rect").attr("width", "100%").attr("height", "100%").attr("fill", background);
  }
  drawTitle(svg, title, width);
  svg
    .append("rect")
    .attr("x", left)
    .attr("y", top)
    .attr("width", right - left)
    .attr("height", bottom - top)
    .attr("fill", "none")
    .attr("stroke", "currentColor")
    .attr("stroke-opacity", 0.2);
  const name = (text: string, transform: string) =>
    svg
      .append("text")
      .attr("class", "axis-title")
      .attr("transform", transform)
      .attr("text-anchor", "middle")
      .text(text);
  name(options.xTitle, `translate(${(left + right) / 2}, ${bottom + 16})`);
  name(options.yTitle, `translate(${left - 10}, ${(top + bottom) / 2}) rotate(-90)`);

  const group = svg.append("g").attr("class", "points");
  const places = points.map((point) => ({ x: round(x(point.x)), y: round(y(point.y)) }));
  points.forEach((point, index) => {
    group
      .append("circle")
      .attr("cx", places[index]?.x ?? 0)
      .attr("cy", places[index]?.y ?? 0)
      .attr("r", RADIUS)
      .attr("fill", paint.colorOf(index))
      .attr("fill-opacity", 0.8)
      .attr("data-index", index)
      .append("title")
      .text(point.name);
  });
  const key = svg.append("g").attr("class", "key").attr("aria-hidden", "true");
  legend.rows.forEach((entries, row) => {
    for (const { text, color, x: atX } of entries) {
      const atY = bottom + 26 + (row + 0.5) * legend.row;
      key
        .append("circle")
        .attr("cx", atX + 5)
        .attr("cy", atY)
        .attr("r", RADIUS)
        .attr("fill", color);
      key
        .append("text")
        .attr("x", atX + 14)
        .attr("y", atY)
        .attr("dy", "0.35em")
        .text(text);
    }
  });

  const interactive = options.onHover !== undefined || options.onSelect !== undefined;
  svg.attr("role", interactive ? "group" : "img").attr("aria-label", title);
  if (interactive) addWalk(group.node() as SVGGElement, places, options);
  const figure = document.createElement("figure");
  figure.className = "point-map";
  figure.style.margin = "0";
  figure.append(svg.node() as SVGSVGElement);
  return figure;
}

interface LegendEntry {
  readonly text: string;
  readonly color: string;
}

function painter(
  colors: PointColors,
  theme: ChartTheme,
): { readonly colorOf: (index: number) => string; readonly legend: readonly LegendEntry[] } {
  switch (colors.kind) {
    case "groups": {
      const sizes = new Map<string, number>();
      for (const group of colors.of) sizes.set(group, (sizes.get(group) ?? 0) + 1);
      const ordered = [...sizes].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
      const own = new Map(
        ordered
          .slice(0, MOST_GROUPS)
          .map(([group], place) => [group, seriesStyle(place, false, theme).color]),
      );
      const rest = ordered.slice(MOST_GROUPS).reduce((sum, [, size]) => sum + size, 0);
      const legend = [...own].map(([group, color]) => ({
        text: `${shortened(group)} (${sizes.get(group)})`,
        color,
      }));
      if (rest > 0) legend.push({ text: `${REST} (${rest})`, color: GREY });
      return { colorOf: (index) => own.get(colors.of[index] ?? "") ?? GREY, legend };
    }
    case "amount": {
      const domain = [Math.min(...colors.of), Math.max(...colors.of)] as const;
      const scale = createColorScale({ kind: "sequential", domain });
      const steps =
        domain[0] === domain[1]
          ? [domain[0]]
          : [0, 0.25, 0.5, 0.75, 1].map((share) => domain[0] + share * (domain[1] - domain[0]));
      return {
        colorOf: (index) => scale.color(colors.of[index] ?? null),
        legend: steps.map((value, place) => ({
          text: place === 0 ? `${colors.title} ${numberText(value)}` : numberText(value),
          color: scale.color(value),
        })),
      };
    }
    default:
      return colors satisfies never;
  }
}

const LONGEST_NAME = 28;
const shortened = (text: string) =>
  text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME - 1)}…` : text;

function rowsOf(entries: readonly LegendEntry[], width: number) {
  const rows: (LegendEntry & { x: number })[][] = [[]];
  let x = 4;
  for (const entry of entries) {
    const needed = 14 + textWidth(entry.text) + 14;
    if (x > 4 && x + needed > width) {
      rows.push([]);
      x = 4;
    }
    rows.at(-1)?.push({ ...entry, x });
    x += needed;
  }
  return rows;
}

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

function addWalk(
  group: SVGGElement,
  places: readonly { readonly x: number; readonly y: number }[],
  { title, onHover, onSelect }: PointMapOptions,
): void {
  let current: number | null = null;
  const circles = [...group.querySelectorAll("circle")];
  const show = (index: number | null) => {
    if (index === current) return;
    if (current !== null) mark(circles[current], false);
    current = index;
    if (index !== null) mark(circles[index], true);
    onHover?.(index);
  };
  const indexOf = (event: Event) => {
    const text = (event.target as Element).getAttribute("data-index");
    return text === null ? null : Number(text);
  };
  group.setAttribute("tabindex", "0");
  group.setAttribute("role", "application");
  group.setAttribute("aria-label", `${title}: arrow keys go from point to point, Enter opens one`);
  group.addEventListener("pointerover", (event) => show(indexOf(event)));
  group.addEventListener("pointerleave", () => show(null));
  group.addEventListener("blur", () => show(null));
  group.addEventListener("click", (event) => {
    const index = indexOf(event);
    if (index !== null) onSelect?.(index);
  });
  group.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow) show(current === null ? 0 : (nearest(places, current, arrow) ?? current));
    else if ((event.key === "Enter" || event.key === " ") && current !== null) onSelect?.(current);
    else return;
    event.preventDefault();
  });
}

function mark(circle: SVGCircleElement | undefined, on: boolean): void {
  circle?.setAttribute("r", String(on ? RADIUS + 3 : RADIUS));
  circle?.setAttribute("stroke", on ? "currentColor" : "none");
  circle?.setAttribute("stroke-width", "2");
}

/** The point of least distance within 45° of a direction; null where there is none. */
function nearest(
  places: readonly { readonly x: number; readonly y: number }[],
  from: number,
  [dx, dy]: readonly [number, number],
): number | null {
  const origin = places[from];
  if (!origin) return null;
  let best: { index: number; distance: number } | null = null;
  for (const [index, place] of places.entries()) {
    const [x, y] = [place.x - origin.x, place.y - origin.y];
    const along = x * dx + y * dy;
    const across = Math.abs(x * dy) + Math.abs(y * dx);
    if (index === from || along <= 0 || across > along) continue;
    const distance = Math.hypot(x, y);
    if (best === null || distance < best.distance) best = { index, distance };
  }
  return best?.index ?? null;
}

function scaleOver(values: readonly number[]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.04 * (high - low) || 0.5;
  return scaleLinear([low - room, high + room], [0, 1]);
}

function assertPoints(points: readonly MapPoint[], colors: PointColors): void {
  const fault = points.find(({ x, y }) => !(Number.isFinite(x) && Number.isFinite(y)));
  if (points.length === 0 || fault) {
    throw new RangeError(
      `pointMap: expected points of finite coordinates, got ${fault ? `(${fault.x}, ${fault.y}) for ${fault.name}` : "none"}; show a message instead`,
    );
  }
  if (colors.of.length !== points.length) {
    throw new RangeError(
      `pointMap: expected a colour for each of ${points.length} points, got ${colors.of.length}`,
    );
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
