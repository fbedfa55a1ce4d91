/** A run of several workers as processes, and what is left of it when they are lost. Needs the build. */
import "@tensorflow/tfjs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flattenTree } from "@performer/performer";
import { tensorflowLibraries } from "@performer/tensorflow";
import { freeAddresses } from "@performer/tensorflow/compiled";
import { expectClose } from "@performer/testing";
import { latestCheckpoint, loadCheckpoint, readRunEvents } from "@performer/training";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startWorker,
  stepsOf,
  TINY_RUN,
  untilStep,
  type Worker,
  type WorkerRun,
} from "./worker.ts";

const STEPS = 240;
/** Dropout masks belong to the parts of a batch, so a run with dropout depends on the number of workers. */
const CONFIG = {
  ...TINY_RUN,
  model: { ...TINY_RUN.model, dropout: 0 },
  training: { ...TINY_RUN.training, steps: STEPS, evaluateEvery: 60, checkpointEvery: 16 },
};
const hasTensorFlow = tensorflowLibraries(join(import.meta.dirname, "../../..")) !== null;

let runs: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
  runs = await mkdtemp(join(tmpdir(), "performer-cluster-"));
  await writeFile(join(runs, "config.json"), JSON.stringify(CONFIG));
});
afterAll(() => rm(runs, { recursive: true }));

const run = (id: string): WorkerRun => ({
  ...{ config: join(runs, "config.json"), runs, id, backend: "tensorflow" },
});

/** Two workers with a cluster file of their own, as after a restart elsewhere. */
async function startPair(id: string, extra: readonly string[] = []): Promise<[Worker, Worker]> {
  const addresses = await freeAddresses(2);
  const file = join(runs, "cluster.json");
  const timeouts = { joinSeconds: 60, stepSeconds: 20, pauseSeconds: 20 };
  await writeFile(file, JSON.stringify({ cluster: { worker: addresses }, timeouts }));
  const start = (task: string) =>
    startWorker(run(id), ["--cluster", file, "--task", task, ...extra]);
  return [start("worker:0"), start("worker:1")];
}

/** Kills one with -9. @returns how the other ended. */
async function killOne(step: number, which: 0 | 1, pair: [Worker, Worker], id: string) {
  await untilStep(run(id), step, pair[0]);
  pair[which].process.kill("SIGKILL");
  await pair[which].done;
  return pair[1 - which]?.done;
}

const weightsOf = async (id: string) => {
  const latest = await latestCheckpoint(join(runs, id, "checkpoints"));
  const { model } = await loadCheckpoint(latest?.path ?? "");
  return flattenTree(model.parameters);
};

describe.skipIf(!hasTensorFlow)("a run of several workers", () => {
  test("that loses a worker, then its chief, then is stopped, and goes on each time, has the losses and weights of one worker's run", async () => {
    const alone = await startWorker(run("alone")).done;
    expect(alone.code, alone.output).toBe(0);

    const orphaned = await killOne(20, 1, await startPair("shared"), "shared");
    expect(orphaned?.code).toBe(1);
    expect(orphaned?.output).toMatch(/worker:1 \(127\.0\.0\.1:\d+: nothing listens there\)/);

    const headless = await killOne(70, 0, await startPair("shared", ["--resume"]), "shared");
    expect(headless?.code).toBe(1);
    expect(headless?.output).toMatch(/worker:0 \(127\.0\.0\.1:\d+: nothing listens there\)/);

    // told to one, heard by both
    const stopped = await startPair("shared", ["--resume"]);
    await untilStep(run("shared"), 100, stopped[0]);
    stopped[1].process.kill("SIGTERM");
    const ends = await Promise.all(stopped.map(({ done }) => done));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    const [chief, worker] = ends.map(({ output }) => /step (\d+): stopped/.exec(output)?.[1]);
    expect(worker).toBe(chief);

    const last = await startWorker(run("shared"), ["--resume"]).done;
    expect(last.code, last.output).toBe(0);
    expect(last.output).toContain(`resumed from step ${chief}`);

    const [ours, theirs] = [await stepsOf(runs, "alone"), await stepsOf(runs, "shared")];
    expect(theirs.map(({ step }) => step)).toEqual(ours.map(({ step }) => step));
    const weights = ({ metrics }: (typeof ours)[number]) => metrics.weightSum;
    expect(theirs.map(weights)).toEqual(ours.map(weights));
    expectClose(
      theirs.map(({ metrics }) => metrics.lossSum),
      ours.map(({ metrics }) => metrics.lossSum),
      { rtol: 1e-5, atol: 0 },
    );
    const [expected, got] = [await weightsOf("alone"), await weightsOf("shared")];
    for (const [name, tensor] of Object.entries(expected)) {
      expectClose(got[name] as typeof tensor, tensor, { rtol: 1e-4, atol: 1e-5 });
    }

    const events = await readRunEvents(join(runs, "shared"));
    const named = events.flatMap((event) =>
      event.type === "step" && event.workers ? [event.workers.map(({ name }) => name)] : [],
    );
    // every step that two workers made, and none that one made
    expect(named).toHaveLength(Number(chief));
    expect(new Set(named.map(String))).toEqual(new Set(["worker:0,worker:1"]));
  }, 180_000);
});
