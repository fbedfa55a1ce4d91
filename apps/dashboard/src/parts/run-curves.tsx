/** One metric of a run as a live curve: new events go into the standing chart. */
import { type CurveMetric, type TrainingCurves, trainingCurves } from "@performer/charts";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { RunSeries } from "../model/run-series.ts";
import { useColorScheme } from "./use-color-scheme.ts";

interface RunCurvesProps {
  readonly series: RunSeries;
  readonly metric: CurveMetric;
}

/** The chart, and how many points of each kind it has been given. */
interface Drawn {
  readonly curves: TrainingCurves;
  steps: number;
  evaluations: number;
}

export function RunCurves({ series, metric }: RunCurvesProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const theme = useColorScheme();

  // a new start event means another run or a resumed one: points may have gone, so the chart is made anew
  // later points and themes go into the standing chart
  useLayoutEffect(() => {
    const { steps, evaluations, start } = series;
    const curves = trainingCurves(
      {
        training: steps,
        validation: evaluations,
        ...(start && { baseline: start.baseline }),
      },
      { document, metric, theme },
    );
    box.current?.replaceChildren(curves.element);
    drawn.current = { curves, steps: steps.length, evaluations: evaluations.length };
    return () => {
      drawn.current = null;
      curves.destroy();
    };
  }, [series.start, metric]);

  useLayoutEffect(() => {
    const chart = drawn.current;
    if (chart === null) return;
    chart.curves.append({
      training: series.steps.slice(chart.steps),
      validation: series.evaluations.slice(chart.evaluations),
    });
    chart.steps = series.steps.length;
    chart.evaluations = series.evaluations.length;
  }, [series]);

  useLayoutEffect(() => drawn.current?.curves.setTheme(theme), [theme]);

  return <div ref={box} class="curves" data-points={series.steps.length} />;
}
