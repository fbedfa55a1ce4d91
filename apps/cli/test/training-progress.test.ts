import { PassThrough } from "node:stream";
import type { RunEvent } from "@performer/schema";
import { describe, expect, it } from "vitest";
import { createTrainingProgress } from "../src/training-progress.ts";

const time = "2025-01-01T00:00:00.000Z";
const metrics = {
  lossSum: 280,
  weightSum: 100,
  correctSum: 12,
  loss: 2.8,
  perplexity: 16.44,
  accuracy: 0.12,
};
const start: RunEvent = {
  type: "start",
  step: 0,
  time,
  totalSteps: 100,
  parameterCount: 1_234_567,
  backend: "tensorflow",
  resumedFrom: 0,
  baseline: { perplexity: 18.05, accuracy: 0.097 },
};
const step = (number: number): RunEvent => ({
  type: "step",
  step: number,
  time,
  metrics,
  learningRate: 1e-3,
  gradientNorm: 1,
  tokensPerSecond: 6200,
  secondsLeft: 185,
  waitShare: 0.01,
});

function show(events: readonly RunEvent[], isTTY: boolean): string {
  const output = Object.assign(new PassThrough(), { isTTY, columns: 200 });
  const progress = createTrainingProgress(output as unknown as NodeJS.WriteStream);
  for (const event of events) progress.show(event);
  progress.close();
  return String(output.read() ?? "");
}

describe("training progress", () => {
  it("off a terminal: one plain line for many quick steps, with every figure", () => {
    const text = show([start, step(1), step(2), step(3)], false);
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain("perplexity 18.05");
    expect(lines[1]).toBe(
      "step 1/100  loss 2.800  accuracy 12.0 %  perplexity 16.44  6200 tokens/s  3 min 05 s left",
    );
    expect(text).not.toContain("\x1b");
  });

  it("an evaluation always has its line", () => {
    const evaluation: RunEvent = { type: "evaluation", step: 50, time, metrics };
    for (const isTTY of [true, false]) {
      expect(show([start, step(49), evaluation], isTTY)).toContain("validation: perplexity 16.44");
    }
  });

  it("on a terminal: a bar with the same figures", () => {
    expect(show([start, step(5)], true)).toMatch(/step 5\/100 .*loss 2\.800 .*3 min 05 s left/);
  });

  it("names the step from which a run was resumed", () => {
    expect(show([{ ...start, resumedFrom: 40 }], false)).toContain("resumed from step 40");
  });
});
