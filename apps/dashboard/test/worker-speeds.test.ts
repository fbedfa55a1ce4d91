import { expect, test } from "vitest";
import { workersOver } from "../src/model/worker-speeds.ts";

const worker = (index: number, tokensPerSecond: number, waitShare = 0) => ({
  name: `worker:${index}`,
  tokensPerSecond,
  waitShare,
});

test("each worker's figures are means over the steps", () => {
  const steps = [
    { workers: [worker(0, 100), worker(1, 50, 0.5)] },
    { workers: [worker(0, 300), worker(1, 70, 0.1)] },
  ];
  expect(workersOver(steps)).toEqual([worker(0, 200), worker(1, 60, 0.3)]);
});

test("workers that are gone, and a run of one process, have none", () => {
  const pair = { workers: [worker(0, 100), worker(1, 50)] };
  expect(workersOver([pair, { workers: [worker(0, 200)] }])).toEqual([worker(0, 150)]);
  expect(workersOver([pair, {}])).toEqual([]);
  expect(workersOver([])).toEqual([]);
});
