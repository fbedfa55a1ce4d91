// @vitest-environment jsdom
import { Chart } from "chart.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { themes } from "../src/chart-theme.ts";
import {
  type CurvesState,
  curveDatasets,
  curvesConfig,
  curvesTop,
  summarizeCurves,
} from "../src/curves-config.ts";
import { trainingCurves } from "../src/training-curves.ts";
import type { CurvePoint } from "../src/training-series.ts";
import { installFakeCanvas } from "./fake-canvas.ts";

let removeFakeCanvas: () => void;
beforeEach(() => {
  removeFakeCanvas = installFakeCanvas(window);
  window.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
});
afterEach(() => removeFakeCanvas());

const point = (step: number, loss: number): CurvePoint => ({
  step,
  metrics: { lossSum: loss * 4, weightSum: 4, correctSum: 1 },
});
const state: CurvesState = {
  training: [point(1, 3), point(2, 2)],
  validation: [point(2, 2.5)],
  baseline: { perplexity: 17.8, accuracy: 0.0992 },
  metric: "perplexity",
  smoothing: 0.5,
};

const yOf = (index: number, next: CurvesState = state) =>
  curveDatasets(next, themes.light)[index]?.data.map(({ y }) => y);

test("four lines in a fixed order: raw, smoothed, validation, baseline", () => {
  expect(curveDatasets(state, themes.light).map(({ label }) => label)).toEqual([
    "training",
    "training, smoothed",
    "validation",
    "unigram baseline",
  ]);
});

test("validation and the smoothed line lie above the raw one", () => {
  // Chart.js draws in descending order, so the lowest is on top
  const topDown = curveDatasets(state, themes.light)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ label }) => label);
  expect(topDown).toEqual(["validation", "training, smoothed", "unigram baseline", "training"]);
});

test("lines hold the metric at each step", () => {
  expect(yOf(0)).toEqual([Math.exp(3), Math.exp(2)]);
  expect(yOf(0, { ...state, metric: "loss" })).toEqual([3, 2]);
  expect(yOf(2, { ...state, metric: "accuracy" })).toEqual([0.25]);
});

test("the baseline is a dashed line from zero to the last step, in the metric shown", () => {
  const baseline = curveDatasets(state, themes.light)[3];
  expect(baseline?.borderDash).toEqual([6, 4]);
  expect(baseline?.data).toEqual([
    { x: 0, y: 17.8 },
    { x: 2, y: 17.8 },
  ]);
  expect(yOf(3, { ...state, metric: "loss" })).toEqual([Math.log(17.8), Math.log(17.8)]);
  expect(yOf(3, { ...state, metric: "accuracy" })).toEqual([0.0992, 0.0992]);
});

test("axes are named, and no point is animated", () => {
  const { options } = curvesConfig({ ...state, metric: "loss" }, themes.dark);
  expect(options?.animation).toBe(false);
  expect(options?.scales?.["x"]).toMatchObject({ title: { text: "step", color: themes.dark.ink } });
  expect(options?.scales?.["y"]).toMatchObject({ title: { text: "loss (nats a residue)" } });
});

test("the summary says in words what the picture shows", () => {
  expect(summarizeCurves(state)).toBe(
    "perplexity by training step: training 7.39 at step 2, validation 12.2 at step 2, unigram baseline 17.8",
  );
  expect(
    summarizeCurves({ ...state, training: [], validation: [], baseline: undefined as never }),
  ).toBe("perplexity by training step: no points yet");
});

const mount = (options = {}) => trainingCurves(state, { document, smoothing: 0.5, ...options });
const chartOf = (element: HTMLElement) =>
  Chart.getChart(element.querySelector("canvas") as HTMLCanvasElement) as Chart<"line">;

test("appended points reach the standing chart in one update at the next frame", async () => {
  const curves = mount();
  const chart = chartOf(curves.element);
  const update = vi.spyOn(chart, "update");
  curves.append({ training: [point(3, 1.5)] });
  curves.append({ training: [point(4, 1.25)], validation: [point(4, 1.75)] });
  expect(update).not.toHaveBeenCalled();
  await new Promise((resolve) => requestAnimationFrame(resolve));

  expect(update.mock.calls).toEqual([["none"]]);
  expect(chartOf(curves.element)).toBe(chart);
  expect(chart.data.datasets[0]?.data.at(-1)).toEqual({ x: 4, y: Math.exp(1.25) });
  expect(chart.data.datasets[2]?.data.at(-1)).toEqual({ x: 4, y: Math.exp(1.75) });
  expect(chart.data.datasets[3]?.data.at(-1)).toEqual({ x: 4, y: 17.8 });
  expect(curves.element.querySelector("canvas")?.getAttribute("aria-label")).toContain(
    "validation 5.75 at step 4",
  );
  curves.destroy();
});

test("another metric or theme shows in the standing chart", () => {
  const curves = mount();
  const chart = chartOf(curves.element);
  curves.setMetric("loss");
  expect(chart.data.datasets[0]?.data).toEqual([
    { x: 1, y: 3 },
    { x: 2, y: 2 },
  ]);
  curves.setTheme("dark");
  expect(chart.data.datasets[1]?.borderColor).toBe(themes.dark.training);
  curves.destroy();
});

test("after destroy nothing is drawn and the canvas is free again", async () => {
  const curves = mount();
  const chart = chartOf(curves.element);
  const update = vi.spyOn(chart, "update");
  curves.append({ training: [point(3, 1)] });
  curves.destroy();
  await new Promise((resolve) => requestAnimationFrame(resolve));
  expect(update).not.toHaveBeenCalled();
  expect(chartOf(curves.element)).toBeUndefined();
});

test("smoothing of one would never move and is refused", () => {
  expect(() => mount({ smoothing: 1 })).toThrow("expected smoothing from 0 to below 1, got 1");
});

const seriesOf = (perplexities: readonly number[]) =>
  perplexities.map((perplexity, index) => point(index + 1, Math.log(perplexity)));
const falling = seriesOf([6000, 900, ...Array.from({ length: 38 }, (_, k) => 22 - 0.2 * k)]);

test("the y axis leaves out the first steps of a fresh model, and nothing else", () => {
  const bound = curvesTop({ ...state, training: falling });
  expect(bound).toBeGreaterThanOrEqual(22);
  expect(bound).toBeLessThan(30);
  expect(curvesTop({ ...state, training: falling.slice(2) })).toBeUndefined();
});

test("the y axis holds the baseline and every validation point", () => {
  expect(
    curvesTop({ ...state, training: falling, baseline: { perplexity: 90, accuracy: 0.1 } }),
  ).toBeGreaterThan(90);
  expect(curvesTop({ ...state, training: falling, validation: seriesOf([70]) })).toBeGreaterThan(
    70,
  );
});

test("a run that diverges stays in view", () => {
  const diverging = seriesOf([...Array.from({ length: 20 }, () => 12), 80, 90, 100, 110, 120]);
  expect(curvesTop({ ...state, training: diverging, validation: [] }) ?? 120).toBeGreaterThan(80);
});

test("new points move the top of the y axis", () => {
  const { element, append, destroy } = trainingCurves(
    { training: [], validation: [] },
    { document },
  );
  const chart = Chart.getChart(element.querySelector("canvas") as HTMLCanvasElement);
  vi.spyOn(window, "requestAnimationFrame").mockImplementation((draw) => {
    draw(0);
    return 1;
  });
  append({ training: falling });
  expect(chart?.options.scales?.["y"]?.max).toBe(
    curvesTop({
      ...state,
      training: falling,
      validation: [],
      baseline: { perplexity: 0, accuracy: 0 },
    }),
  );
  vi.restoreAllMocks();
  destroy();
});

test("the legend shows each line as it is drawn, the baseline dashed", () => {
  const { element, destroy } = trainingCurves(
    {
      training: state.training,
      validation: state.validation,
      baseline: { perplexity: 17.8, accuracy: 0.1 },
    },
    { document },
  );
  const chart = Chart.getChart(element.querySelector("canvas") as HTMLCanvasElement);
  const labels = chart?.options.plugins?.legend?.labels?.generateLabels?.(chart as Chart) ?? [];
  expect(labels.map(({ lineDash }) => lineDash)).toEqual([[], [], [], [6, 4]]);
  expect(labels.at(-1)?.strokeStyle).toBe(themes.light.baseline);
  destroy();
});
