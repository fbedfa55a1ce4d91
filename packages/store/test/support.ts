/** A store in a folder of its own, events of a run, and a job as it is sent. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "@performer/schema";
import { onTestFinished } from "vitest";
import type { NewJob } from "../src/index.ts";
import { type OpenStoreOptions, openStore } from "../src/node.ts";

/** Path of a store file that is not there yet; its folder goes with the test. */
export async function storePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "performer-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "experiments.sqlite");
}

export async function openedStore(path: string, options?: OpenStoreOptions) {
  const store = await openStore(path, options);
  onTestFinished(() => store.close());
  return store;
}

export const newJob = (id: string): NewJob => ({
  id,
  createdAt: "2026-01-01T00:00:00.000Z",
  model: "demo/step-00000002",
  modelIdentity: "abc",
  options: { include: "mean", letters: "strict" },
  inputBytes: 12,
});

export const item = (number: number, refusal: string | null = null) => ({
  number,
  accession: `P${number}`,
  length: 10,
  refusal,
});

const at = (step: number) => ({ step, time: new Date(1_767_225_600_000 + step).toISOString() });

const metrics = (lossSum: number, weightSum: number) => ({
  lossSum,
  weightSum,
  correctSum: weightSum / 4,
  loss: lossSum / weightSum,
  perplexity: Math.exp(lossSum / weightSum),
  accuracy: 0.25,
});

export const startEvent = (resumedFrom = 0): RunEvent => ({
  ...at(resumedFrom),
  type: "start",
  totalSteps: 100,
  parameterCount: 7,
  backend: "cpu",
  resumedFrom,
  baseline: { perplexity: 18, accuracy: 0.1 },
});

export const stepEvent = (step: number): RunEvent => ({
  ...at(step),
  type: "step",
  metrics: metrics(300 - step, 100),
  learningRate: 0.001,
  gradientNorm: 0.5,
  tokensPerSecond: 1000,
  secondsLeft: 5,
  waitShare: 0,
});

export const evaluationEvent = (step: number): RunEvent => ({
  ...at(step),
  type: "evaluation",
  metrics: metrics(250, 100),
});

export const endEvent = (step: number): RunEvent => ({
  ...at(step),
  type: "end",
  reason: "finished",
});
