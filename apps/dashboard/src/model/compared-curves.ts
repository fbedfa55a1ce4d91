/** Curves of several runs in one chart: smoothed lines with the raw ones beneath, validation, baselines. */
import {
  type CurveMetric,
  type CurvePoint,
  curvesTop,
  type LineChartData,
  type LinePoint,
  metricOf,
  smoothSeries,
  TrainingSeries,
} from "@performer/charts";
import type { RunSeries } from "./run-series.ts";

export interface NamedRun {
  readonly id: string;
  readonly series: RunSeries;
}

/** Points of one line; older ones are merged, sums and all. */
const MOST_POINTS = 600;
/** A baseline that differs by less is the same line. */
const SAME = 1e-3;

/** null where no run has a point yet. @param smoothing share of the past that each point keeps. */
export function comparedCurves(
  runs: readonly NamedRun[],
  metric: CurveMetric,
  smoothing: number,
): LineChartData | null {
  const series = runs.flatMap(({ id, series }, color) => {
    const raw = thinned(series.steps);
    const lines = [
      { name: `${id}, raw`, points: pointsOf(raw, metric), color, faint: true },
      { name: id, points: pointsOf(smoothSeries(raw, smoothing), metric), color },
      {
        name: `${id}, validation`,
        points: pointsOf(series.evaluations, metric),
        color,
        dashed: true,
      },
    ];
    return lines.filter(({ points }) => points.length > 0);
  });
  return series.length === 0 ? null : { series, references: baselinesOf(runs, metric) };
}

/**
 * Where the y axis of `comparedCurves` ends: as for each run alone, at the highest of them. undefined where
 * all points fit anyway.
 */
export function comparedTop(runs: readonly NamedRun[], metric: CurveMetric): number | undefined {
  const tops = runs
    .filter(({ series }) => series.steps.length + series.evaluations.length > 0)
    .map(({ series: { start, steps, evaluations } }) => ({
      top: curvesTop({
        training: thinned(steps),
        validation: evaluations,
        ...(start && { baseline: start.baseline }),
        metric,
      }),
      highest: Math.max(
        ...[...thinned(steps), ...evaluations]
          .map(({ metrics }) => metricOf(metrics, metric))
          .filter(Number.isFinite),
      ),
    }));
  if (tops.every(({ top }) => top === undefined)) return undefined;
  return Math.max(...tops.map(({ top, highest }) => top ?? highest));
}

function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  const kept = new TrainingSeries(MOST_POINTS);
  kept.append(points);
  return kept.points;
}

const pointsOf = (points: readonly CurvePoint[], metric: CurveMetric): LinePoint[] =>
  points
    .map(({ step, metrics }) => ({ x: step, y: metricOf(metrics, metric) }))
    .filter(({ y }) => Number.isFinite(y));

/** One line where runs share their baseline. */
function baselinesOf(runs: readonly NamedRun[], metric: CurveMetric) {
  const levels = runs.flatMap(({ id, series: { start } }) =>
    start ? [{ id, y: baselineOf(start.baseline, metric) }] : [],
  );
  const distinct = levels.filter(
    ({ y }, at) => !levels.slice(0, at).some((before) => Math.abs(before.y - y) < SAME),
  );
  return distinct.map(({ id, y }) => ({
    name: distinct.length === 1 ? "residue frequencies" : `residue frequencies of ${id}`,
    y,
  }));
}

function baselineOf(
  baseline: { readonly perplexity: number; readonly accuracy: number },
  metric: CurveMetric,
): number {
  switch (metric) {
    case "perplexity":
      return baseline.perplexity;
    case "loss":
      return Math.log(baseline.perplexity);
    case "accuracy":
      return baseline.accuracy;
    default:
      return metric satisfies never;
  }
}

/** Every point of every run, as it was logged. */
export function curveRows(runs: readonly NamedRun[]): (string | number)[][] {
  return runs.flatMap(({ id, series }) =>
    (
      [
        ["training", series.steps],
        ["validation", series.evaluations],
      ] as const
    ).flatMap(([split, points]) =>
      points.map(({ step, metrics }) => [
        id,
        split,
        step,
        metrics.loss,
        metrics.perplexity,
        metrics.accuracy,
      ]),
    ),
  );
}
export const CURVE_COLUMNS = ["run", "split", "step", "loss_nats", "perplexity", "accuracy"];
