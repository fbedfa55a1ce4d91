import { OptimizerConfig } from "@performer/schema";
import { expect, test } from "vitest";
import { scheduledRate } from "../src/optimizer/schedule.ts";

const config = (input: Partial<OptimizerConfig>) =>
  OptimizerConfig.parse({ learningRate: 2, warmupSteps: 10, finalShare: 0.1, ...input });

test("warm-up is linear, starts above zero and reaches the peak at its last step", () => {
  const rates = [1, 5, 9, 10].map((step) => scheduledRate(config({}), 110, step));
  expect(rates).toEqual([0.2, 1, 1.8, 2]);
});

test("cosine: half way the rate is midway between peak and end, and the end is finalShare of the peak", () => {
  const rate = (step: number) => scheduledRate(config({ schedule: "cosine" }), 110, step);
  expect(rate(60)).toBeCloseTo(1.1, 12);
  expect(rate(110)).toBeCloseTo(0.2, 12);
  // 2 * (0.1 + 0.9 * (1 + cos(pi / 4)) / 2)
  expect(rate(35)).toBeCloseTo(1.736396103067893, 12);
});

test("linear: falls by the same amount every step", () => {
  const rate = (step: number) => scheduledRate(config({ schedule: "linear" }), 110, step);
  expect(rate(20) - rate(21)).toBeCloseTo(0.018, 12);
  expect(rate(109) - rate(110)).toBeCloseTo(0.018, 12);
  expect(rate(110)).toBeCloseTo(0.2, 12);
});

test("constant: stays at the peak after warm-up", () => {
  const rate = (step: number) => scheduledRate(config({ schedule: "constant" }), 110, step);
  expect([10, 60, 110].map(rate)).toEqual([2, 2, 2]);
});

test("without warm-up the first step has nearly the peak rate, and steps past the last keep the end rate", () => {
  const rate = (step: number) => scheduledRate(config({ warmupSteps: 0 }), 100, step);
  expect(rate(1)).toBeGreaterThan(1.999);
  expect(rate(1)).toBeLessThan(2);
  expect(rate(1000)).toBeCloseTo(0.2, 12);
});

test("a warm-up longer than the run never passes the line to its peak", () => {
  expect(scheduledRate(config({ warmupSteps: 400 }), 100, 100)).toBeCloseTo(0.5, 12);
});
