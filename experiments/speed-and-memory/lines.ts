/** The measured points of a mechanism as a line over the length, its growth, and where lines cross. */
import { fitLine, type LineFit } from "../framework/statistics.ts";
import type { MechanismName } from "./mechanisms.ts";
import type { Mode, SpeedPoint, SpeedResult } from "./result.ts";

/** Shorter ones are ruled by what does not depend on the length. */
export const FIT_FROM = 2048;

interface MeasuredPoint {
  readonly length: number;
  /** Of the fastest process, the one that was disturbed least, and of the slowest. */
  readonly milliseconds: { readonly best: number; readonly worst: number };
  readonly peakBytes: number;
  /** How many measured it. A single one may have been disturbed, and nothing shows it. */
  readonly processes: number;
}

export interface MeasuredLine {
  readonly points: readonly MeasuredPoint[];
  /** The bound that ended it, and at which length. */
  readonly ended: { readonly by: "memory" | "time"; readonly length: number } | null;
}

export function lineOf(result: SpeedResult, mechanism: MechanismName, mode: Mode): MeasuredLine {
  const own = result.points.filter((point) => point.mechanism === mechanism);
  // a point with a process that came through counts, whatever befell the others on a busy machine
  const end = own.find(
    (point) => point[mode].ended !== null && point[mode].milliseconds.length === 0,
  );
  return {
    points: own.filter((point) => point !== end).flatMap((point) => measured(point, mode)),
    ended: end ? { by: end[mode].ended as "memory" | "time", length: end.length } : null,
  };
}

function measured(point: SpeedPoint, mode: Mode): MeasuredPoint[] {
  const { milliseconds, peakBytes } = point[mode];
  if (milliseconds.length === 0) return [];
  return [
    {
      length: point.length,
      milliseconds: {
        best: Math.min(...milliseconds),
        worst: Math.max(...milliseconds),
      },
      peakBytes: Math.max(...peakBytes),
      processes: milliseconds.length,
    },
  ];
}

/** The points that as many processes measured as any: growth and statements about it are judged by these. */
export function wellMeasured({ points }: MeasuredLine): MeasuredPoint[] {
  const most = Math.max(...points.map(({ processes }) => processes));
  return points.filter(({ processes }) => processes === most);
}

/** Exponent of t ∝ L^p by least squares on logarithms over the upper lengths; null under three points. */
export function growthOf(line: MeasuredLine): LineFit | null {
  const upper = wellMeasured(line).filter(({ length }) => length >= FIT_FROM);
  if (upper.length < 3) return null;
  return fitLine(
    upper.map(({ length, milliseconds }) => ({
      x: Math.log(length),
      y: Math.log(milliseconds.best),
    })),
  );
}

/**
 * The length from which on `faster` always takes less time than `slower`, by straight lines on logarithms
 * between measured lengths; null where it never does, or always.
 */
export function crossing(faster: MeasuredLine, slower: MeasuredLine): number | null {
  const gaps = faster.points.flatMap(({ length, milliseconds }) => {
    const other = slower.points.find((point) => point.length === length);
    if (other === undefined) return [];
    return [{ x: Math.log(length), y: Math.log(milliseconds.best / other.milliseconds.best) }];
  });
  const last = gaps.findLastIndex(({ y }) => y >= 0);
  const [before, next] = [gaps[last], gaps[last + 1]];
  if (before === undefined || next === undefined) return null;
  return Math.exp(before.x + ((next.x - before.x) * before.y) / (before.y - next.y));
}
