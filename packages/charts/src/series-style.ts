/**
 * How the lines of a chart are told apart: colour, marker and dashes, so that print and colour-blind
 * eyes lose nothing. Hues by Okabe and Ito (2008), darker or lighter where the page needs contrast.
 */
import {
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from "d3";
import type { ChartTheme } from "./chart-theme.ts";

const PALETTES: Readonly<Record<ChartTheme, readonly string[]>> = {
  light: [
    ...["#0072b2", "#d55e00", "#00855f", "#b5508c"],
    ...["#a87000", "#3594cc", "#5f6b76", "#1c2733"],
  ],
  dark: [
    ...["#56b4e9", "#ff8a4c", "#2fc79a", "#e492c2"],
    ...["#f0b429", "#9ad4f5", "#aab4bd", "#f4f6f8"],
  ],
};

const symbolHourglass: SymbolType = {
  draw(context, size) {
    const half = Math.sqrt(size / 2);
    context.moveTo(-half, -half);
    context.lineTo(half, -half);
    context.lineTo(-half, half);
    context.lineTo(half, half);
    context.closePath();
  },
};

const MARKERS = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolWye,
  symbolStar,
  symbolHourglass,
];
/** px² */
const MARKER_AREA = 34;

export interface SeriesStyle {
  readonly color: string;
  /** Path around the origin. */
  readonly marker: string;
  /** stroke-dasharray; null = a whole line. */
  readonly dashes: string | null;
}

/** @param place in the palette; past its end it starts over. */
export function seriesStyle(place: number, dashed: boolean, theme: ChartTheme): SeriesStyle {
  const palette = PALETTES[theme];
  return {
    color: palette[place % palette.length] as string,
    marker: symbol(MARKERS[place % MARKERS.length], MARKER_AREA)() ?? "",
    dashes: dashed ? "5 4" : null,
  };
}
