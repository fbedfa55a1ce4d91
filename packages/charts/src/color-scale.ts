/**
 * Values to colours. One table of 256 colours serves SVG, canvas and legend alike, so that the three
 * cannot disagree. Sequential (viridis) for amounts, diverging (blue, white, red) for signed values.
 */
import { interpolateRdBu, interpolateViridis, rgb, ticks } from "d3";
import { extentOf, type Matrix } from "./matrix.ts";

export type ColorScaleOptions =
  | {
      readonly kind: "sequential";
      readonly domain: readonly [number, number];
      /** "sqrt" lifts faint values: flat attention beside one strong cell. */
      readonly transform?: "linear" | "sqrt";
    }
  /** White lies in the middle of the domain; give a symmetric one for signed values. */
  | { readonly kind: "diverging"; readonly domain: readonly [number, number] };

export interface ColorScale {
  readonly kind: "sequential" | "diverging";
  readonly domain: readonly [number, number];
  /** Place in the scale, 0 to 1; values outside the domain are clamped. */
  position(value: number): number;
  /** CSS colour; undefined cells are translucent grey. */
  color(value: number | null): string;
  /** Writes four bytes, red green blue alpha, at `offset`. */
  paint(value: number | null, pixels: Uint8ClampedArray, offset: number): void;
  /** Round values inside the domain for the legend. */
  ticks(count: number): number[];
}

const LEVELS = 256;
const UNDEFINED_COLOR = [128, 128, 128, 64] as const;
const UNDEFINED_CSS = "rgba(128, 128, 128, 0.25)";

/** @throws {RangeError} where the domain is not finite and ascending, or "sqrt" meets a negative one. */
export function createColorScale(options: ColorScaleOptions): ColorScale {
  const [low, high] = options.domain;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    throw new RangeError(
      `createColorScale: expected a finite ascending domain, got [${low}, ${high}]`,
    );
  }
  const diverging = options.kind === "diverging";
  const root = options.kind === "sequential" && options.transform === "sqrt";
  const interpolate = diverging ? (t: number) => interpolateRdBu(1 - t) : interpolateViridis;
  const table = Array.from({ length: LEVELS }, (_, level) => {
    const { r, g, b } = rgb(interpolate(level / (LEVELS - 1)));
    return [r, g, b] as const;
  });
  const css = table.map((color) => `#${color.map(hexByte).join("")}`);

  const position = (value: number): number => {
    if (high === low) return diverging ? 0.5 : 0;
    const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
    return root ? Math.sqrt(share) : share;
  };
  const level = (value: number | null): number =>
    value === null || Number.isNaN(value) ? -1 : Math.round(position(value) * (LEVELS - 1));

  return {
    kind: options.kind,
    domain: [low, high],
    position,
    color: (value) => css[level(value)] ?? UNDEFINED_CSS,
    paint(value, pixels, offset) {
      const color = table[level(value)];
      pixels[offset] = color?.[0] ?? UNDEFINED_COLOR[0];
      pixels[offset + 1] = color?.[1] ?? UNDEFINED_COLOR[1];
      pixels[offset + 2] = color?.[2] ?? UNDEFINED_COLOR[2];
      pixels[offset + 3] = color ? 255 : UNDEFINED_COLOR[3];
    },
    ticks: (count) => ticks(low, high, count),
  };
}

/** Sequential from zero (or the least value, if negative) to the largest value. */
export function sequentialScaleFor(matrix: Matrix, transform: "linear" | "sqrt" = "linear") {
  const [least, largest] = extentOf(matrix);
  return createColorScale({
    kind: "sequential",
    domain: [Math.min(0, least), Math.max(0, largest)],
    transform,
  });
}

/** Diverging, symmetric about zero, up to the largest magnitude. */
export function divergingScaleFor(matrix: Matrix): ColorScale {
  const [least, largest] = extentOf(matrix);
  const bound = Math.max(Math.abs(least), Math.abs(largest));
  return createColorScale({ kind: "diverging", domain: [-bound, bound] });
}

const hexByte = (value: number): string => Math.round(value).toString(16).padStart(2, "0");
