/** Axes of line charts: linear, linear over whole numbers (orders), or logarithmic in base 2 (lengths) or 10 (times, errors). */
import { scaleLinear, scaleLog, ticks } from "d3";
import { countText, numberText } from "./number-text.ts";

export type ScaleKind = "linear" | "whole" | "log2" | "log10";

export interface AxisScale {
  /** Value → px. */
  position(value: number): number;
  /** Values with a labelled line, ascending; no more than about `count`. */
  ticks(count: number): readonly { readonly value: number; readonly text: string }[];
}

/** Share of the extent left free at each end, so that no point lies on the frame. */
const ROOM = 0.04;

/**
 * An axis over `values` along `range` px.
 * @throws {RangeError} where a logarithmic axis meets a value that is not positive.
 */
export function axisScale(
  kind: ScaleKind,
  values: readonly number[],
  range: readonly [number, number],
): AxisScale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (kind === "linear") return linearAxis(low, high, range);
  if (kind === "whole") return wholeAxis(low, high, range);
  if (low <= 0) {
    throw new RangeError(
      `axisScale: expected values above zero on a logarithmic axis, got ${low}; use a linear axis`,
    );
  }
  return logarithmicAxis(kind === "log2" ? 2 : 10, low, high, range);
}

function linearAxis(low: number, high: number, range: readonly [number, number]): AxisScale {
  const room = ROOM * (high - low) || 0.5;
  const scale = scaleLinear([low - room, high + room], range);
  return {
    position: scale,
    ticks: (count) => {
      const text = scale.tickFormat(count);
      return scale.ticks(count).map((value) => ({ value, text: text(value) }));
    },
  };
}

function wholeAxis(low: number, high: number, range: readonly [number, number]): AxisScale {
  const { position, ticks } = linearAxis(low, high, range);
  return {
    position,
    ticks: (count) =>
      ticks(count)
        .filter(({ value }) => Number.isInteger(value))
        .map(({ value }) => ({ value, text: countText(value) })),
  };
}

function logarithmicAxis(
  base: 2 | 10,
  low: number,
  high: number,
  range: readonly [number, number],
): AxisScale {
  const room = (high / low) ** ROOM || 1;
  const widened = room > 1 ? room : base ** 0.5;
  const domain = [low / widened, high * widened] as const;
  const scale = scaleLog(domain, range).base(base);
  return {
    position: scale,
    ticks: (count) =>
      logarithmicTicks(base, domain, count).map((value) => ({
        value,
        text: tickText(value, base),
      })),
  };
}

/** With fewer marks than this nobody reads a value off an axis. */
const ENOUGH_TICKS = 3;

function logarithmicTicks(
  base: 2 | 10,
  [low, high]: readonly [number, number],
  count: number,
): number[] {
  const log = base === 2 ? Math.log2 : Math.log10;
  const first = Math.floor(log(low));
  const powers = Array.from(
    { length: Math.ceil(log(high)) - first + 1 },
    (_, index) => base ** (first + index),
  );
  const steps = base === 10 ? [[1], [1, 3], [1, 2, 5]] : [[1]];
  const choices = steps.map((factors) =>
    powers
      .flatMap((power) => factors.map((factor) => factor * power))
      .filter((value) => value >= low && value <= high),
  );
  const inside = choices.find(({ length }) => length >= ENOUGH_TICKS);
  if (inside === undefined) return ticks(low, high, Math.min(count, 4));
  const every = Math.ceil(inside.length / count);
  return inside.filter((_, index) => index % every === 0);
}

/** 256, 65,536; 0.01, 200; far from one as a power: 10⁻⁵, 2 × 10⁶. Powers of two are exact. */
const tickText = (value: number, base: 2 | 10): string =>
  base === 2 && Number.isInteger(value) ? countText(value) : numberText(value);
