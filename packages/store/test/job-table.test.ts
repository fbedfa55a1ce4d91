import { describe, expect, test } from "vitest";
import { item, newJob, openedStore, storePath } from "./support.ts";

const started = { total: 3, totalResidues: 30, startedAt: "2026-01-01T00:00:01.000Z" };
const end = { finishedAt: "2026-01-01T00:00:02.000Z", resultBytes: 90 };

async function runningJob() {
  const store = await openedStore(await storePath());
  await store.jobs.create(newJob("j"));
  await store.jobs.start("j", started);
  return store.jobs;
}

describe("job table", () => {
  test("jobs are taken in the order they came, and listed the other way round, page by page", async () => {
    const { jobs } = await openedStore(await storePath());
    for (const id of ["one", "two", "three"]) await jobs.create(newJob(id));
    expect((await jobs.next())?.id).toBe("one");
    const first = await jobs.list({ limit: 2 });
    expect(first.map(({ id }) => id)).toEqual(["three", "two"]);
    expect((await jobs.list({ limit: 2, before: "two" })).map(({ id }) => id)).toEqual(["one"]);
    await jobs.fail("one", { finishedAt: end.finishedAt, error: "no FASTA" });
    expect((await jobs.next())?.id).toBe("two");
    expect(await jobs.get("one")).toMatchObject({ state: "failed", error: "no FASTA" });
  });

  test("jobs are counted by state, states without one included", async () => {
    const { jobs } = await openedStore(await storePath());
    expect(await jobs.counts()).toEqual({ queued: 0, running: 0, done: 0, failed: 0 });
    for (const id of ["one", "two", "three"]) await jobs.create(newJob(id));
    await jobs.fail("one", { finishedAt: end.finishedAt, error: "no FASTA" });
    await jobs.start("two", started);
    expect(await jobs.counts()).toEqual({ queued: 1, running: 1, done: 0, failed: 1 });
  });

  test("progress, items and bytes of the result are booked together", async () => {
    const jobs = await runningJob();
    const job = await jobs.advance("j", {
      from: 0,
      items: [item(0), item(1, "J?")],
      resultBytes: 60,
    });
    expect(job).toMatchObject({ done: 2, doneResidues: 20, refused: 1, resultBytes: 60 });
    expect(await jobs.items("j", { limit: 9 })).toEqual([item(0), item(1, "J?")]);
    expect(await jobs.items("j", { limit: 9, onlyRefused: true })).toEqual([item(1, "J?")]);
    expect(await jobs.items("j", { limit: 1, after: 0 })).toEqual([item(1, "J?")]);
  });

  test("no record is booked twice: who comes second is refused, and nothing changes", async () => {
    const jobs = await runningJob();
    await jobs.advance("j", { from: 0, items: [item(0)], resultBytes: 30 });
    const again = jobs.advance("j", { from: 0, items: [item(0)], resultBytes: 60 });
    await expect(again).rejects.toMatchObject({ name: "StoreError", kind: "conflict" });
    expect(await jobs.get("j")).toMatchObject({ done: 1, resultBytes: 30 });
  });

  test("no record is left out: a gap undoes the whole booking", async () => {
    const jobs = await runningJob();
    const gap = jobs.advance("j", { from: 0, items: [item(0), item(2)], resultBytes: 60 });
    await expect(gap).rejects.toMatchObject({ kind: "conflict" });
    expect(await jobs.get("j")).toMatchObject({ done: 0, resultBytes: 0 });
    expect(await jobs.items("j", { limit: 9 })).toEqual([]);
  });

  test("a job is done when every record is booked, not before", async () => {
    const jobs = await runningJob();
    await jobs.advance("j", { from: 0, items: [item(0), item(1)], resultBytes: 60 });
    await expect(jobs.finish("j", end)).rejects.toMatchObject({ kind: "conflict" });
    await jobs.advance("j", { from: 2, items: [item(2)], resultBytes: 80 });
    await jobs.finish("j", end);
    expect(await jobs.get("j")).toMatchObject({ state: "done", ...end });
    expect(await jobs.next()).toBeNull();
  });

  test("a rewound job begins again, without items", async () => {
    const jobs = await runningJob();
    await jobs.advance("j", { from: 0, items: [item(0)], resultBytes: 30 });
    expect(await jobs.rewind("j")).toMatchObject({ state: "running", done: 0, resultBytes: 0 });
    expect(await jobs.items("j", { limit: 9 })).toEqual([]);
  });

  test("a removed job takes its items along, and a late booking finds none", async () => {
    const jobs = await runningJob();
    await jobs.advance("j", { from: 0, items: [item(0)], resultBytes: 30 });
    expect(await jobs.remove("j")).toBe(true);
    expect(await jobs.remove("j")).toBe(false);
    expect(await jobs.items("j", { limit: 9 })).toEqual([]);
    const late = jobs.advance("j", { from: 1, items: [item(1)], resultBytes: 60 });
    await expect(late).rejects.toMatchObject({ kind: "conflict" });
  });
});
