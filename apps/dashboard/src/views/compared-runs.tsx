/** Several runs in one picture, each followed while it trains. */
import { type CurveMetric, csvText, curveMetrics, lineChart } from "@performer/charts";
import type { RunSummary } from "@performer/schema";
import { useCallback, useEffect, useState } from "preact/hooks";
import { CURVE_COLUMNS, comparedCurves, comparedTop, curveRows } from "../model/compared-curves.ts";
import { EMPTY_SERIES, type RunSeries } from "../model/run-series.ts";
import { Loading } from "../parts/notice.tsx";
import { Picture } from "../parts/picture.tsx";
import { RadioGroup } from "../parts/radio-group.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import { useRun } from "../use-run.ts";

interface ComparedRunsProps {
  readonly ids: readonly string[];
  readonly runs: readonly RunSummary[];
}

const SMOOTHING = { least: 0, most: 0.98, step: 0.02, usual: 0.9 } as const;
const HEIGHT = 420;
const METRIC_LABELS = Object.fromEntries(
  curveMetrics.map((metric) => [metric, metric]),
) as Readonly<Record<CurveMetric, CurveMetric>>;

export function ComparedRuns({ ids, runs }: ComparedRunsProps) {
  const [series, setSeries] = useState<Readonly<Record<string, RunSeries>>>({});
  const [metric, setMetric] = useState<CurveMetric>("perplexity");
  const [smoothing, setSmoothing] = useState<number>(SMOOTHING.usual);
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const hear = useCallback((id: string, heard: RunSeries) => {
    setSeries((known) => (known[id] === heard ? known : { ...known, [id]: heard }));
  }, []);
  const named = ids.map((id) => ({ id, series: series[id] ?? EMPTY_SERIES }));
  const data = comparedCurves(named, metric, smoothing);
  return (
    <section class="panel" aria-label="Compared runs">
      {ids.map((id) => (
        <Followed
          key={id}
          id={id}
          listed={runs.find((run) => run.id === id) ?? null}
          onSeries={hear}
        />
      ))}
      <div class="panel-head">
        <h2 class="panel-title">{ids.join(" and ")}</h2>
        <div class="map-tools">
          <RadioGroup
            look="segments"
            legend="Metric"
            legendLook="visually-hidden"
            name="metric"
            labels={METRIC_LABELS}
            chosen={metric}
            onChoose={setMetric}
          />
          <label class="field field-inline">
            <span>Smoothing {smoothing.toFixed(2)}</span>
            <input
              type="range"
              min={SMOOTHING.least}
              max={SMOOTHING.most}
              step={SMOOTHING.step}
              value={smoothing}
              onInput={(event) => setSmoothing(Number(event.currentTarget.value))}
            />
          </label>
        </div>
      </div>
      <div ref={frame}>
        {data === null ? (
          <Loading>Reading the runs' events …</Loading>
        ) : (
          width > 0 && (
            <Picture
              name={`${metric} of ${ids.join(" and ")}`}
              draw={({ theme, background }) =>
                lineChart(data, {
                  document,
                  title: `${metric} by step`,
                  xTitle: "step",
                  yTitle: metric === "loss" ? "loss, nats" : metric,
                  width,
                  height: HEIGHT,
                  yTop: comparedTop(named, metric),
                  theme,
                  ...(background !== undefined && { background }),
                })
              }
              of={[series, metric, smoothing, width, ids.join()]}
              csv={() => csvText(CURVE_COLUMNS, curveRows(named))}
            />
          )
        )}
      </div>
      <p class="muted map-note">
        Solid: training, smoothed over sums of loss and positions, with its raw line beneath.
        Dashed: validation. Perplexities of different validation sets do not compare. The first
        steps may lie above the picture; the CSV has them all.
      </p>
    </section>
  );
}

interface FollowedProps {
  readonly id: string;
  readonly listed: RunSummary | null;
  readonly onSeries: (id: string, series: RunSeries) => void;
}

/** One run's line; it shows nothing itself. */
function Followed({ id, listed, onSeries }: FollowedProps) {
  const { series } = useRun(id, listed);
  useEffect(() => onSeries(id, series), [id, series, onSeries]);
  return null;
}
