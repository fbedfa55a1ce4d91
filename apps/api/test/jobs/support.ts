/** Jobs on a folder of their own, with a model of two numbers a residue. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "@performer/schema";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { createApp } from "../../src/app.ts";
import {
  type Experiments,
  type OpenExperimentsOptions,
  openExperiments,
} from "../../src/experiment-store.ts";
import { type FakeModels, fakeJobModels } from "../programs/fake-job-models.mjs";

const logger = pino({ level: "silent" });

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "performer-jobs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const fakeModels = fakeJobModels;

export async function openJobs(
  directory: string,
  { models }: Pick<FakeModels, "models"> = fakeModels(),
  settings: Omit<OpenExperimentsOptions, "directory" | "runsDirectory" | "models" | "logger"> = {},
): Promise<Experiments> {
  const experiments = await openExperiments({
    ...{ directory, models, logger, ...settings },
    runsDirectory: join(directory, "runs"),
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await experiments.close();
    isOpen = false;
  };
  onTestFinished(close);
  return { ...experiments, close };
}

export const send = (
  { jobs }: Pick<Experiments, "jobs">,
  fasta: string | Uint8Array,
  options: Partial<Job["options"]> = {},
): Promise<Job> =>
  jobs.send({
    body: (async function* () {
      yield typeof fasta === "string" ? Buffer.from(fasta) : fasta;
    })(),
    expectedBytes: undefined,
    model: undefined,
    options: { include: "mean", letters: "strict", ...options },
  });

export async function until(
  { jobs }: Pick<Experiments, "jobs">,
  id: string,
  holds: (job: Job) => boolean,
): Promise<Job> {
  for (;;) {
    const job = await jobs.get(id);
    if (holds(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const isOver = ({ state }: Job) => state === "done" || state === "failed";

/** Records of 60 to 100 residues, each its own. */
export function manyRecords(count: number): string {
  const letters = "ACDEFGHIKLMNPQRSTVWY";
  const records = Array.from({ length: count }, (_, number) => {
    const length = 60 + (number % 41);
    const residue = (i: number) => letters[(number * 7 + i * i) % letters.length];
    return `>P${number}\n${Array.from({ length }, (_, i) => residue(i)).join("")}\n`;
  });
  return records.join("");
}

/** An app that serves these experiments and next to nothing else. */
export const appOf = (
  experiments: Experiments,
  settings: Partial<Parameters<typeof createApp>[0]> = {},
) =>
  createApp({
    experiments,
    models: fakeModels().models,
    runs: experiments.runs,
    anchors: [],
    backend: "fake",
    logger,
    signal: new AbortController().signal,
    version: "0.0.0",
    ...settings,
  });
