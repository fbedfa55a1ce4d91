import { createStream, randomKey } from "@performer/random";
import { expect, test } from "vitest";
import { bootstrapInterval, quantile } from "../src/statistics/bootstrap.ts";

function drawSample(count: number, seed: number): number[] {
  const stream = createStream(randomKey(seed));
  return Array.from({ length: count }, () => stream.normal());
}

const weightedMean = (sample: readonly number[]) => (weights: Uint32Array) => {
  let sum = 0;
  sample.forEach((value, i) => {
    sum += value * (weights[i] as number);
  });
  return sum / sample.length;
};

test("quantile equals numpy.quantile([1, 2, 4, 8, 16], [0.025, 0.5, 0.9])", () => {
  const values = [1, 2, 4, 8, 16];
  expect([0.025, 0.5, 0.9].map((share) => quantile(values, share))).toEqual([1.1, 4, 12.8]);
});

test("every resample draws as many items as the sample holds", async () => {
  const totals = new Set<number>();
  await bootstrapInterval({
    key: randomKey(1),
    count: 17,
    resamples: 50,
    statistic: (weights) => {
      totals.add(weights.reduce((sum, weight) => sum + weight, 0));
      return 0;
    },
  });
  expect([...totals]).toEqual([17]);
});

test("the interval of a mean has the width that theory gives", async () => {
  const sample = drawSample(400, 2);
  const mean = sample.reduce((sum, value) => sum + value, 0) / 400;
  const deviation = Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400);
  const [low, high] = (await bootstrapInterval({
    key: randomKey(3),
    count: 400,
    resamples: 4000,
    statistic: weightedMean(sample),
  })) as [number, number];
  const expected = 2 * 1.959964 * (deviation / Math.sqrt(400));
  expect((high - low) / expected).toBeCloseTo(1, 1);
  expect((low + high) / 2).toBeCloseTo(mean, 2);
});

test("a 95 % interval covers the truth in about 95 of 100 samples", async () => {
  let covered = 0;
  for (let i = 0; i < 200; i++) {
    const statistic = weightedMean(drawSample(60, 100 + i));
    const options = { key: randomKey(i), count: 60, resamples: 400, statistic };
    const [low, high] = (await bootstrapInterval(options)) as [number, number];
    if (low <= 0 && 0 <= high) covered += 1;
  }
  expect(covered).toBeGreaterThanOrEqual(178);
  expect(covered).toBeLessThanOrEqual(199);
});

test("the same key gives the same interval", async () => {
  const run = () =>
    bootstrapInterval({
      key: randomKey(9),
      count: 30,
      statistic: weightedMean(drawSample(30, 5)),
      resamples: 200,
    });
  expect(await run()).toEqual(await run());
});

test("one item, or a statistic mostly undefined, has no interval", async () => {
  const key = randomKey(0);
  expect(await bootstrapInterval({ key, count: 1, statistic: () => 1 })).toBeNull();
  let call = 0;
  const statistic = () => (call++ % 5 === 0 ? null : 1);
  expect(await bootstrapInterval({ key, count: 10, resamples: 100, statistic })).toBeNull();
});

test("a level outside 0 to 1 is refused", async () => {
  await expect(
    bootstrapInterval({ key: randomKey(0), count: 5, statistic: () => 1, level: 95 }),
  ).rejects.toThrow("bootstrapInterval: expected a level between 0 and 1, got 95");
});
