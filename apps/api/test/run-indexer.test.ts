/** The index of runs against the logs that it is made from. */
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "@performer/schema";
import { openStore } from "@performer/store/node";
import { listRuns } from "@performer/training";
import { DatabaseSync } from "@photostructure/sqlite";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createRunCurves } from "../src/run-curves.ts";
import { createRunIndexer } from "../src/run-indexer.ts";
import { createRunsReader } from "../src/runs-reader.ts";
import { runEvents } from "./fakes.ts";

const logger = pino({ level: "silent" });
const [start, , end] = runEvents as [RunEvent, RunEvent, RunEvent];
const loss = (step: number) => 3 - step / 1000;
const step = (number: number): RunEvent => ({
  type: "step",
  step: number,
  time: new Date(1e12 + number).toISOString(),
  metrics: {
    lossSum: 10 * loss(number),
    weightSum: 10,
    correctSum: 1,
    loss: loss(number),
    perplexity: Math.exp(loss(number)),
    accuracy: 0.1,
  },
  learningRate: 0.1,
  gradientNorm: 1,
  tokensPerSecond: 5,
  secondsLeft: 1,
  waitShare: 0,
});
const steps = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => step(from + i));
const textOf = (events: readonly RunEvent[]) =>
  events.map((event) => `${JSON.stringify(event)}\n`).join("");

async function runsFolder(runs: Readonly<Record<string, readonly RunEvent[]>>) {
  const folder = await mkdtemp(join(tmpdir(), "performer-runs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [id, events] of Object.entries(runs)) {
    await mkdir(join(folder, id));
    await writeFile(join(folder, id, "events.jsonl"), textOf(events));
  }
  return folder;
}

async function openIndex(runsDirectory: string, lockPatienceMs = 50) {
  const path = join(runsDirectory, "index.sqlite");
  const store = await openStore(path, { lockPatienceMs });
  onTestFinished(() => store.close());
  const index = store.runs;
  // each reader looks for itself: a look is not repeated for half a second
  const read = () => {
    const indexer = createRunIndexer(runsDirectory, index, logger);
    const options = { runsDirectory, index, indexer, logger };
    return { runs: createRunsReader(options), curves: createRunCurves(options) };
  };
  return { path, read };
}

const curveOf = async (
  { read }: Pick<Awaited<ReturnType<typeof openIndex>>, "read">,
  id: string,
) => {
  const points = await read().curves.read(id, { kind: "step", points: 10_000 });
  return points === "unknown" ? points : points.map((point) => [point.step, point.loss]);
};
const expectedCurve = (from: number, to: number) =>
  steps(from, to).map((event) => [event.step, loss(event.step)]);

test("runs from the index are those from the logs, and a curve has every step of a log of thousands", async () => {
  const folder = await runsFolder({
    long: [start, ...steps(1, 1234), end],
    short: [{ ...start, time: "2025-02-01T00:00:00.000Z" }, ...steps(1, 2)],
  });
  const index = await openIndex(folder);
  expect(await index.read().runs.list()).toEqual(await listRuns(folder));
  expect(await curveOf(index, "long")).toEqual(expectedCurve(1, 1234));
  expect(await curveOf(index, "nobody")).toBe("unknown");
});

test("what a log gains is read on, a torn last line when it is whole", async () => {
  const folder = await runsFolder({ run: [start, ...steps(1, 3)] });
  const index = await openIndex(folder);
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 3));
  const log = join(folder, "run", "events.jsonl");
  const more = textOf(steps(4, 5));
  await appendFile(log, more.slice(0, -20));
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 4));
  await appendFile(log, more.slice(-20));
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 5));
});

test("a resumed run has the curve of its log that was cut back", async () => {
  const folder = await runsFolder({ run: [start, ...steps(1, 9), end] });
  const index = await openIndex(folder);
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 9));
  const log = join(folder, "run", "events.jsonl");
  await writeFile(`${log}.partial`, textOf([start, ...steps(1, 4), start]));
  await rename(`${log}.partial`, log);
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 4));
  expect(await index.read().runs.list()).toEqual(await listRuns(folder));
});

test("a store that is deleted is filled again from the logs; a run whose folder is gone goes", async () => {
  const folder = await runsFolder({ a: [start, ...steps(1, 9), end], b: [start] });
  const before = await openIndex(folder);
  const runs = await before.read().runs.list();
  for (const end of ["", "-wal", "-shm"]) await rm(`${before.path}${end}`);
  const after = await openIndex(folder);
  expect(await after.read().runs.list()).toEqual(runs);
  expect(await curveOf(after, "a")).toEqual(expectedCurve(1, 9));
  await rm(join(folder, "a"), { recursive: true });
  expect((await after.read().runs.list()).map(({ id }) => id)).toEqual(["b"]);
});

test("a damaged line hides nothing but what stands behind it", async () => {
  const folder = await runsFolder({ a: [start, ...steps(1, 2)], b: [start, ...steps(1, 2)] });
  await appendFile(join(folder, "a", "events.jsonl"), "{}\n");
  const index = await openIndex(folder);
  expect(await curveOf(index, "b")).toEqual(expectedCurve(1, 2));
  expect((await index.read().runs.list()).map(({ id }) => id)).toEqual(["b"]);
});

test("while the store is locked, runs come from their logs and curves as far as they were indexed", async () => {
  const folder = await runsFolder({ run: [start, ...steps(1, 3)] });
  const index = await openIndex(folder);
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 3));
  const other = new DatabaseSync(index.path);
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  await appendFile(join(folder, "run", "events.jsonl"), textOf([...steps(4, 5), end]));
  expect(await index.read().runs.list()).toMatchObject([{ id: "run", status: "finished" }]);
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 3));
  other.exec("COMMIT");
  expect(await curveOf(index, "run")).toEqual(expectedCurve(1, 5));
});
