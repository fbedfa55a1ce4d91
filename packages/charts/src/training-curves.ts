/**
 * Training live: raw and smoothed training metric, validation points and the unigram baseline against
 * the step. Chart.js draws; new points go into the standing chart, at most once an animation frame.
 */
import {
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from "chart.js";
import { type ChartTheme, themes } from "./chart-theme.ts";
import { curveDatasets, curvesConfig, curvesTop, summarizeCurves } from "./curves-config.ts";
import { type CurveMetric, type CurvePoint, TrainingSeries } from "./training-series.ts";

export interface CurveBaseline {
  readonly perplexity: number;
  /** 0 to 1 */
  readonly accuracy: number;
}

export interface TrainingCurvesData {
  readonly training: readonly CurvePoint[];
  readonly validation: readonly CurvePoint[];
  /** Unigram baseline, a dashed line. */
  readonly baseline?: CurveBaseline;
}

export interface TrainingCurvesOptions {
  readonly document: Document;
  /** "perplexity" without. */
  readonly metric?: CurveMetric;
  /** Share of the past that the smoothed line keeps from point to point; 0.9 without. */
  readonly smoothing?: number;
  /** Points of the training line at most; older ones are merged. 1000 without. */
  readonly maxPoints?: number;
  readonly theme?: ChartTheme;
}

export interface TrainingCurves {
  /** A positioned box that fills its parent's width and, at least 240 px high, its height. */
  readonly element: HTMLElement;
  /** Appends points; the chart follows at the next animation frame. */
  append(points: {
    readonly training?: readonly CurvePoint[];
    readonly validation?: readonly CurvePoint[];
    readonly baseline?: CurveBaseline;
  }): void;
  setMetric(metric: CurveMetric): void;
  setTheme(theme: ChartTheme): void;
  /** Frees the chart's listeners; call it when the element leaves the page. */
  destroy(): void;
}

/** @throws {RangeError} where smoothing is outside 0 ≤ s < 1. */
export function trainingCurves(
  data: TrainingCurvesData,
  options: TrainingCurvesOptions,
): TrainingCurves {
  const { document, smoothing = 0.9, maxPoints = 1000 } = options;
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new RangeError(`trainingCurves: expected smoothing from 0 to below 1, got ${smoothing}`);
  }
  Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);
  Chart.register(Legend, Tooltip);

  const training = new TrainingSeries(maxPoints);
  const validation = new TrainingSeries(maxPoints);
  let baseline = data.baseline;
  let metric = options.metric ?? "perplexity";
  let theme = options.theme ?? "light";
  training.append(data.training);
  validation.append(data.validation);

  const element = document.createElement("div");
  element.className = "training-curves";
  element.style.cssText = "position:relative;width:100%;height:100%;min-height:240px";
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  element.append(canvas);

  const current = () => ({
    training: training.points,
    validation: validation.points,
    ...(baseline && { baseline }),
    metric,
    smoothing,
  });
  const configure = (): ChartConfiguration<"line"> => curvesConfig(current(), themes[theme]);
  const describe = () => canvas.setAttribute("aria-label", summarizeCurves(current()));
  const chart = new Chart(canvas, configure());
  describe();

  const redraw = () => {
    const datasets = curveDatasets(current(), themes[theme]);
    datasets.forEach(({ data: points }, index) => {
      const standing = chart.data.datasets[index];
      if (standing) standing.data = points;
    });
    const y = chart.options.scales?.["y"];
    if (y) y.max = curvesTop(current());
    chart.update("none");
    describe();
  };
  const schedule = createFrameScheduler(document, redraw);
  const reconfigure = () => {
    const { data: fresh, options: chartOptions } = configure();
    chart.data = fresh;
    if (chartOptions) chart.options = chartOptions;
    chart.update("none");
    describe();
  };

  return {
    element,
    append(points) {
      training.append(points.training ?? []);
      validation.append(points.validation ?? []);
      baseline = points.baseline ?? baseline;
      schedule.request();
    },
    setMetric(next) {
      metric = next;
      reconfigure();
    },
    setTheme(next) {
      theme = next;
      reconfigure();
    },
    destroy() {
      schedule.cancel();
      chart.destroy();
    },
  };
}

/** Joins many requests into one call at the next frame; calls at once where no window draws frames. */
function createFrameScheduler(document: Document, draw: () => void) {
  const view = document.defaultView;
  let frame: number | null = null;
  return {
    request() {
      if (!view?.requestAnimationFrame) draw();
      else
        frame ??= view.requestAnimationFrame(() => {
          frame = null;
          draw();
        });
    },
    cancel() {
      if (frame !== null) view?.cancelAnimationFrame(frame);
      frame = null;
    },
  };
}
