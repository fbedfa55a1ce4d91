import fc from "fast-check";
import { expect, test } from "vitest";
import { type CurvePoint, metricOf, smoothSeries, TrainingSeries } from "../src/training-series.ts";

const point = (step: number, loss = 2, weight = 10): CurvePoint => ({
  step,
  metrics: { lossSum: loss * weight, weightSum: weight, correctSum: 0.25 * weight },
});

const seriesOf = (limit: number, points: readonly CurvePoint[]) => {
  const series = new TrainingSeries(limit);
  series.append(points);
  return series.points;
};

test("metrics of sums: perplexity is exp of the mean loss in nats", () => {
  const { metrics } = point(1, Math.log(12), 40);
  expect(metricOf(metrics, "perplexity")).toBeCloseTo(12, 12);
  expect(metricOf(metrics, "loss")).toBeCloseTo(Math.log(12), 14);
  expect(metricOf(metrics, "accuracy")).toBe(0.25);
});

test("thinning keeps the size bounded, the last step, and every sum", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 2, max: 40 }),
      (count, limit) => {
        const points = Array.from({ length: count }, (_, i) =>
          point(i + 1, 1 + (i % 7), 1 + (i % 3)),
        );
        const held = seriesOf(limit, points);
        expect(held.length).toBeLessThanOrEqual(limit);
        expect(held.at(-1)?.step).toBe(count);
        const total = (list: readonly CurvePoint[]) =>
          list.reduce((sum, { metrics }) => sum + metrics.lossSum, 0);
        expect(total(held)).toBe(total(points));
      },
    ),
  );
});

test("thinned points combine sums before the exponential", () => {
  const [merged] = seriesOf(2, [point(1, 1, 30), point(2, 3, 10), point(3, 2, 1)]);
  expect(metricOf((merged as CurvePoint).metrics, "perplexity")).toBeCloseTo(Math.exp(1.5), 12);
});

test("one by one or all at once gives the same points", () => {
  const points = Array.from({ length: 77 }, (_, i) => point(i + 1, 1 + (i % 5)));
  const series = new TrainingSeries(16);
  for (const next of points) series.append([next]);
  expect(series.points).toEqual(seriesOf(16, points));
});

test("a run resumed from an earlier step replaces what lay beyond it", () => {
  const held = seriesOf(10, [point(1), point(2), point(3), point(2, 5), point(3, 5)]);
  expect(held.map(({ step, metrics }) => [step, metrics.lossSum])).toEqual([
    [1, 20],
    [2, 50],
    [3, 50],
  ]);
});

test("smoothing a constant loss leaves it constant from the first point on", () => {
  const smooth = smoothSeries([point(1), point(2, 2, 50), point(3)], 0.9);
  for (const { metrics } of smooth) expect(metricOf(metrics, "loss")).toBeCloseTo(2, 12);
});

test("smoothing of zero is the series itself; more smoothing moves less", () => {
  const points = [point(1, 1), point(2, 1), point(3, 4)];
  expect(smoothSeries(points, 0)).toEqual(points);
  const last = (keep: number) =>
    metricOf((smoothSeries(points, keep).at(-1) as CurvePoint).metrics, "loss");
  // weights 0.25, 0.5, 1 at keep = 0.5
  expect(last(0.5)).toBeCloseTo((0.25 + 0.5 + 4) / 1.75, 12);
  expect(last(0.9)).toBeLessThan(last(0.5));
});

test("a limit below two is refused", () => {
  expect(() => new TrainingSeries(1)).toThrow("expected a limit of at least 2 points, got 1");
});
