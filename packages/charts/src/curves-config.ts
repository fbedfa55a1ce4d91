/** Training curves as a Chart.js configuration: pure, so that it is tested without a canvas. */
import type { Chart, ChartConfiguration, ChartDataset, LegendItem, Point } from "chart.js";
import { quantileSorted, tickStep } from "d3";
import type { ChartColors } from "./chart-theme.ts";
import { numberText } from "./number-text.ts";
import { type CurveMetric, type CurvePoint, metricOf, smoothSeries } from "./training-series.ts";

export interface CurvesState {
  readonly training: readonly CurvePoint[];
  readonly validation: readonly CurvePoint[];
  readonly baseline?: { readonly perplexity: number; readonly accuracy: number };
  readonly metric: CurveMetric;
  readonly smoothing: number;
}

type LineDataset = ChartDataset<"line", Point[]>;

const AXIS_TITLES: Readonly<Record<CurveMetric, string>> = {
  perplexity: "perplexity",
  loss: "loss (nats a residue)",
  accuracy: "accuracy",
};

/** Chart.js draws the lowest last, on top: what is read off lies above the noise that it was made of. */
const ORDER = { validation: 0, smoothed: 1, baseline: 2, raw: 3 } as const;

/** raw, smoothed, validation, baseline: always four, in this order, so that updates need no rebuild. */
export function curveDatasets(state: CurvesState, colors: ChartColors): LineDataset[] {
  const { training, validation, metric, smoothing } = state;
  const toPoints = (points: readonly CurvePoint[]) =>
    points.map(({ step, metrics }) => ({ x: step, y: metricOf(metrics, metric) }));
  const line = { pointRadius: 0, pointHitRadius: 6, tension: 0 };
  return [
    {
      ...line,
      label: "training",
      order: ORDER.raw,
      data: toPoints(training),
      borderColor: colors.trainingFaint,
      backgroundColor: colors.trainingFaint,
      borderWidth: 1,
    },
    {
      ...line,
      label: "training, smoothed",
      order: ORDER.smoothed,
      data: toPoints(smoothSeries(training, smoothing)),
      borderColor: colors.training,
      backgroundColor: colors.training,
      borderWidth: 2,
    },
    {
      ...line,
      label: "validation",
      order: ORDER.validation,
      data: toPoints(validation),
      borderColor: colors.validation,
      backgroundColor: colors.validation,
      borderWidth: 1.5,
      pointRadius: 3.5,
    },
    {
      ...line,
      label: "unigram baseline",
      order: ORDER.baseline,
      data: baselinePoints(state),
      borderColor: colors.baseline,
      backgroundColor: colors.baseline,
      borderWidth: 1.5,
      borderDash: [6, 4],
    },
  ];
}

export function curvesConfig(state: CurvesState, colors: ChartColors): ChartConfiguration<"line"> {
  const axis = (text: string) => ({
    title: { display: true, text, color: colors.ink },
    ticks: { color: colors.ink },
    grid: { color: colors.grid },
  });
  return {
    type: "line",
    data: { datasets: curveDatasets(state, colors) },
    options: {
      animation: false,
      font: { family: "system-ui, sans-serif" },
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: {
          type: "linear",
          min: 0,
          bounds: "data",
          ...axis("step"),
          // the last step beside a round number is not read
          ticks: { color: colors.ink, includeBounds: false },
        },
        y: { type: "linear", ...axis(AXIS_TITLES[state.metric]), max: curvesTop(state) },
      },
      plugins: {
        legend: {
          labels: {
            usePointStyle: true,
            pointStyleWidth: 22,
            generateLabels: (chart) => legendItems(chart, colors),
          },
        },
        tooltip: { callbacks: { title: (items) => `step ${items[0]?.parsed.x ?? ""}` } },
      },
    },
  };
}

/** Share of the training points that must fit; the first steps of a fresh model may lie above. */
const SHARE_IN_VIEW = 0.9;
const Y_TICKS = 8;

/**
 * Top of the y axis, undefined where all points fit anyway. An untrained model's perplexity can be in
 * the thousands; drawn to its scale, nothing of the training would be seen.
 */
export function curvesTop(state: Omit<CurvesState, "smoothing">): number | undefined {
  const { training, validation, baseline, metric } = state;
  if (metric === "accuracy") return undefined;
  const valuesOf = (points: readonly CurvePoint[]) =>
    points.map(({ metrics }) => metricOf(metrics, metric)).filter(Number.isFinite);
  const ascending = valuesOf(training).sort((a, b) => a - b);
  const inView = Math.max(
    quantileSorted(ascending, SHARE_IN_VIEW) ?? 0,
    ...valuesOf(validation),
    baseline ? baselineOf(baseline, metric) : 0,
  );
  const step = tickStep(0, inView, Y_TICKS);
  const bound = Math.ceil((1.05 * inView) / step) * step;
  return (ascending.at(-1) ?? 0) > bound ? bound : undefined;
}

/** Each line as it is drawn. Chart.js's own legend takes the style of the points, and loses the dashes. */
function legendItems(chart: Chart, colors: ChartColors): LegendItem[] {
  return (chart.data.datasets as LineDataset[]).map((dataset, datasetIndex) => ({
    text: dataset.label ?? "",
    datasetIndex,
    hidden: !chart.isDatasetVisible(datasetIndex),
    fontColor: colors.ink,
    pointStyle: "line",
    strokeStyle: dataset.borderColor as string,
    lineWidth: Number(dataset.borderWidth) + 0.5,
    lineDash: (dataset.borderDash as number[] | undefined) ?? [],
  }));
}

/** What the picture says, in words: the accessible name. */
export function summarizeCurves({ training, validation, baseline, metric }: CurvesState): string {
  const part = (name: string, point: CurvePoint | undefined) =>
    point ? [`${name} ${numberText(metricOf(point.metrics, metric))} at step ${point.step}`] : [];
  const parts = [
    ...part("training", training.at(-1)),
    ...part("validation", validation.at(-1)),
    ...(baseline ? [`unigram baseline ${numberText(baselineOf(baseline, metric))}`] : []),
  ];
  return `${metric} by training step: ${parts.length > 0 ? parts.join(", ") : "no points yet"}`;
}

function baselineOf(baseline: NonNullable<CurvesState["baseline"]>, metric: CurveMetric): number {
  return metric === "loss" ? Math.log(baseline.perplexity) : baseline[metric];
}

function baselinePoints({ training, validation, baseline, metric }: CurvesState): Point[] {
  if (!baseline) return [];
  const lastStep = Math.max(1, training.at(-1)?.step ?? 0, validation.at(-1)?.step ?? 0);
  const y = baselineOf(baseline, metric);
  return [
    { x: 0, y },
    { x: lastStep, y },
  ];
}
