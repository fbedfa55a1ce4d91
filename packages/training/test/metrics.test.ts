import { expect, test } from "vitest";
import { addSums, metricsOf, NO_SUMS } from "../src/metrics.ts";

test("two batches together have the metrics of their positions taken as one batch", () => {
  const positions = [
    { nats: 1, correct: 1 },
    { nats: 3, correct: 0 },
    { nats: 2, correct: 1 },
  ];
  const sums = (part: typeof positions) => ({
    lossSum: part.reduce((sum, p) => sum + p.nats, 0),
    weightSum: part.length,
    correctSum: part.reduce((sum, p) => sum + p.correct, 0),
  });
  const together = addSums(sums(positions.slice(0, 1)), sums(positions.slice(1)));
  expect(metricsOf(together)).toEqual({
    lossSum: 6,
    weightSum: 3,
    correctSum: 2,
    loss: 2,
    perplexity: Math.exp(2),
    accuracy: 2 / 3,
  });
});

test("nothing scored: weight 0 tells so, and the means are finite", () => {
  expect(metricsOf(NO_SUMS)).toMatchObject({ weightSum: 0, loss: 0, accuracy: 0 });
});

test("metrics of a diverging run survive JSON", () => {
  const metrics = metricsOf({ lossSum: 5000, weightSum: 1, correctSum: 0 });
  expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
});
