import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "@performer/schema";
import { afterEach, beforeEach, expect, test } from "vitest";
import { metricsOf } from "../src/metrics.ts";
import { listRuns } from "../src/run/list-runs.ts";
import { followRunEvents, type NumberedEvent, readRunEvents } from "../src/run/run-events.ts";
import { openRunFolder, type RunPaths } from "../src/run/run-folder.ts";
import { acquireRunLock } from "../src/run/run-lock.ts";
import { openRunLog, withRunLog } from "../src/run/run-log.ts";

let runs: string;
let paths: RunPaths;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), "runs-"));
  paths = (await openRunFolder(runs, "one", "never")).paths;
});
afterEach(() => rm(runs, { recursive: true }));

const time = "2030-01-01T00:00:00.000Z";
const metrics = metricsOf({ lossSum: 4, weightSum: 2, correctSum: 1 });
const start = (resumedFrom: number): RunEvent => ({
  type: "start",
  step: resumedFrom,
  time,
  totalSteps: 8,
  parameterCount: 10,
  backend: "cpu",
  resumedFrom,
  baseline: { perplexity: 18, accuracy: 0.1 },
});
const step = (number: number): RunEvent => ({
  type: "step",
  step: number,
  time,
  metrics,
  learningRate: 1,
  gradientNorm: 1,
  tokensPerSecond: 1,
  secondsLeft: 1,
  waitShare: 0.01,
});
const evaluation = (number: number): RunEvent => ({
  type: "evaluation",
  step: number,
  time,
  metrics,
});
const checkpoint = (number: number): RunEvent => ({
  type: "checkpoint",
  step: number,
  time,
  name: `c${number}`,
});
const end = (number: number, reason: "finished" | "stopped"): RunEvent => ({
  type: "end",
  step: number,
  time,
  reason,
});

/** Appends `events` in one session that went on from `resumedFrom`. */
async function session(resumedFrom: number, events: RunEvent[], totalSteps = 8): Promise<void> {
  const log = await openRunLog(paths, { totalSteps, resumedFrom });
  for (const event of events) await log.append(event);
  await log.close();
}

/** What a follower sees, as it comes. */
function follow(): { seen: string[]; following: Promise<void> } {
  const seen: string[] = [];
  const following = (async () => {
    for await (const { line, event } of followRunEvents(paths.root, { pollMs: 5 })) {
      seen.push(`${line} ${event.type} ${event.step}`);
    }
  })();
  return { seen, following };
}

const described = async () =>
  (await readRunEvents(paths.root)).map((event) => `${event.type} ${event.step}`);

test("events are read back as they were written, one line each", async () => {
  const events = [start(0), step(1), evaluation(1), checkpoint(1), end(1, "stopped")];
  await session(0, events);
  expect(await readRunEvents(paths.root)).toEqual(events);
  expect((await readFile(paths.events, "utf8")).split("\n")).toHaveLength(6);
});

test("a resumed log reads as one run: nothing after the checkpoint, no earlier end", async () => {
  await session(0, [start(0), step(1), step(2), evaluation(2), checkpoint(2), step(3)]);
  await session(2, [start(2), step(3), end(3, "stopped")]);
  await session(3, [start(3), step(4)]);
  expect(await described()).toEqual([
    ...["start 0", "step 1", "step 2", "evaluation 2", "checkpoint 2"],
    ...["start 2", "step 3", "start 3", "step 4"],
  ]);
});

test("a line torn by kill -9 is ignored by readers and gone after a resume", async () => {
  await session(0, [start(0), step(1)]);
  await appendFile(paths.events, '{"type":"step","st');
  expect(await described()).toEqual(["start 0", "step 1"]);
  await session(1, [start(1)]);
  expect(await described()).toEqual(["start 0", "step 1", "start 1"]);
});

test("a broken line in the middle is an error that names file and line", async () => {
  await session(0, [start(0)]);
  await appendFile(paths.events, "nonsense\n");
  await expect(readRunEvents(paths.root)).rejects.toThrow("events.jsonl:2");
});

test("a run that has no log yet has no events", async () => {
  expect(await readRunEvents(paths.root)).toEqual([]);
});

test("runs of over 10,000 steps log every n-th step and every other event", async () => {
  const steps = Array.from({ length: 6 }, (_, i) => step(i + 1));
  await session(0, [start(0), ...steps, evaluation(5)], 25_000);
  expect(await described()).toEqual(["start 0", "step 3", "step 6", "evaluation 5"]);
});

test("withRunLog writes an event before it hands it on, and closes the log when the consumer leaves", async () => {
  async function* events() {
    yield start(0);
    yield step(1);
  }
  const log = await openRunLog(paths, { totalSteps: 8, resumedFrom: 0 });
  for await (const event of withRunLog(events(), log)) {
    expect((await readRunEvents(paths.root)).at(-1)).toEqual(event);
    break;
  }
  await expect(log.append(step(1))).rejects.toThrow();
  expect(await described()).toEqual(["start 0"]);
});

test("following gives past and coming events with their line numbers, and ends after the end event", async () => {
  const seen: NumberedEvent[] = [];
  const following = (async () => {
    for await (const item of followRunEvents(paths.root, { pollMs: 5 })) seen.push(item);
  })();
  await session(0, [start(0), step(1)]);
  await until(() => seen.length === 2);
  await appendFile(paths.events, `${JSON.stringify(step(2)).slice(0, 20)}`);
  await appendFile(
    paths.events,
    `${JSON.stringify(step(2)).slice(20)}\n${JSON.stringify(end(2, "finished"))}\n`,
  );
  await following;
  expect(seen.map(({ line, event }) => `${line} ${event.type} ${event.step}`)).toEqual([
    "1 start 0",
    "2 step 1",
    "3 step 2",
    "4 end 2",
  ]);
});

test("following from a line gives what comes after it, once", async () => {
  await session(0, [start(0), step(1), step(2), end(2, "finished")]);
  const seen: string[] = [];
  for await (const { line, event } of followRunEvents(paths.root, { fromLine: 2 })) {
    seen.push(`${line} ${event.type}`);
  }
  expect(seen).toEqual(["3 step", "4 end"]);
});

test("a follower of a run that is cut back and resumed goes on from the resume's start", async () => {
  await session(0, [start(0), step(1), checkpoint(1), step(2), step(3)]);
  const { seen, following } = follow();
  await until(() => seen.length === 5);
  await session(1, [start(1), step(2), end(2, "finished")]);
  await following;
  expect(seen.slice(5)).toEqual(["4 start 1", "5 step 2", "6 end 2"]);
});

test("a follower that reads between the cut and the resume's start repeats nothing", async () => {
  await session(0, [start(0), step(1), checkpoint(1), step(2), step(3)]);
  const { seen, following } = follow();
  await until(() => seen.length === 5);
  const log = await openRunLog(paths, { totalSteps: 8, resumedFrom: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50)); // several polls
  await log.append({ ...start(1), time: new Date().toISOString() });
  await log.append(end(1, "finished"));
  await log.close();
  await following;
  expect(seen.slice(5)).toEqual(["4 start 1", "5 end 1"]);
});

test("aborting ends a follower that waits", async () => {
  const controller = new AbortController();
  const following = followRunEvents(paths.root, {
    signal: controller.signal,
    pollMs: 60_000,
  }).next();
  controller.abort();
  expect(await following).toEqual({ done: true, value: undefined });
});

test("a run's status: running under a live lock, interrupted without, else the reason of its end", async () => {
  const status = async () => (await listRuns(runs)).map((run) => run.status);
  expect(await status()).toEqual([]);
  await session(0, [start(0), step(1), evaluation(1)]);
  expect(await status()).toEqual(["interrupted"]);
  const lock = await acquireRunLock(paths.lock);
  expect(await status()).toEqual(["running"]);
  await lock.release();
  await session(1, [end(1, "finished")]);
  expect(await listRuns(runs)).toEqual([
    {
      id: "one",
      status: "finished",
      step: 1,
      totalSteps: 8,
      startedAt: time,
      updatedAt: time,
      baseline: { perplexity: 18, accuracy: 0.1 },
      lastTraining: metrics,
      lastEvaluation: metrics,
    },
  ]);
});

test("a runs folder that does not exist holds no runs", async () => {
  expect(await listRuns(join(runs, "nowhere"))).toEqual([]);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
