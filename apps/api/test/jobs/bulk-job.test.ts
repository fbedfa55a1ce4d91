/** A bulk job from the file that is sent to the lines that are fetched. */
import { mkdir, readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  fakeModels,
  isOver,
  manyRecords,
  openJobs,
  send,
  temporaryFolder,
  until,
} from "./support.ts";

/** Numbers of the file have nine digits, which name one float32. */
async function linesOf(path: string) {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) =>
      JSON.parse(line, (_, value) => (typeof value === "number" ? Math.fround(value) : value)),
    );
}

const FASTA = ">sp|P01308|INS_HUMAN Insulin\nACD\n>two\nA1C\n>three\nAC-D*\n";

describe("the result", () => {
  test("has the model, a line a record in the order of the file, and an end that counts them", async () => {
    const experiments = await openJobs(await temporaryFolder());
    const { id, state, records, links } = await send(experiments, FASTA, { include: "both" });
    expect({ state, records }).toEqual({
      state: "queued",
      records: { total: null, done: 0, refused: 0 },
    });
    expect(links).toEqual({
      self: `/v1/jobs/${id}`,
      items: `/v1/jobs/${id}/items`,
      result: `/v1/jobs/${id}/result`,
    });
    const job = await until(experiments, id, isOver);
    expect(job).toMatchObject({
      state: "done",
      model: "demo/step-00000002",
      fingerprint: "f1",
      records: { total: 3, done: 3, refused: 1 },
      error: null,
    });
    const third = Math.fround(1 / 3);
    const insulin = { accession: "P01308", length: 3, mean: [1, third] };
    // A, C, D are residues 0, 1, 2; each vector is [id, id / 3]
    const residues = [
      [0, 0],
      [1, third],
      [2, Math.fround(2 / 3)],
    ];
    const result = await linesOf(await experiments.jobs.result(id));
    expect(result).toEqual([
      { type: "model", model: "demo/step-00000002", fingerprint: "f1", embeddingSize: 2, layer: 2 },
      { type: "embedding", ...insulin, residues },
      { type: "refusal", accession: "two", length: 3, refusal: expect.stringContaining('"1"') },
      { type: "embedding", ...insulin, accession: "three", residues },
      { type: "end", count: 3 },
    ]);
    expect(await experiments.jobs.items(id, { limit: 10, onlyRefused: true })).toEqual([
      { number: 1, accession: "two", length: 3, refusal: expect.stringContaining("position 2") },
    ]);
  });

  test("of a gzip file is that of the file", async () => {
    const experiments = await openJobs(await temporaryFolder());
    const fasta = manyRecords(300);
    const plain = await send(experiments, fasta);
    const gzip = await send(experiments, gzipSync(fasta));
    await until(experiments, gzip.id, isOver);
    const [a, b] = await Promise.all(
      [plain, gzip].map(async ({ id }) => readFile(await experiments.jobs.result(id), "utf8")),
    );
    expect(a).toBe(b);
    expect(a?.split("\n")).toHaveLength(300 + 3);
  });

  test("lenient letters give a result to a record that strict ones refuse", async () => {
    const experiments = await openJobs(await temporaryFolder());
    const { id } = await send(experiments, FASTA, { letters: "lenient" });
    expect(await until(experiments, id, isOver)).toMatchObject({
      records: { done: 3, refused: 0 },
    });
  });
});

describe("a job that goes on", () => {
  test("after a close between two chunks gives the bytes of one that was never stopped", async () => {
    const fasta = manyRecords(400);
    const whole = await openJobs(await temporaryFolder());
    const { id: wholeId } = await send(whole, fasta);
    await until(whole, wholeId, isOver);

    const directory = await temporaryFolder();
    const first = await openJobs(directory, fakeModels({ delayMs: 20 }));
    const { id } = await send(first, fasta);
    const stopped = await until(first, id, ({ records }) => records.done > 0);
    await first.close();
    expect(stopped.records.done).toBeLessThan(400);
    const second = await openJobs(directory);
    await until(second, id, isOver);
    expect(await readFile(await second.jobs.result(id), "utf8")).toBe(
      await readFile(await whole.jobs.result(wholeId), "utf8"),
    );
  });

  test("cuts off what was written and never booked, and begins again where booked bytes are gone", async () => {
    const directory = await temporaryFolder();
    const first = await openJobs(directory, fakeModels({ delayMs: 20 }));
    const { id } = await send(first, manyRecords(400));
    await until(first, id, ({ records }) => records.done > 0);
    await first.close();
    const path = join(directory, "jobs", id, "result.ndjson");
    await writeFile(path, '{"type":"embedding","accession":"torn', { flag: "a" });
    const second = await openJobs(directory, fakeModels({ delayMs: 20 }));
    await until(second, id, ({ records }) => records.done > 100);
    await second.close();
    await truncate(path, 10);
    const third = await openJobs(directory);
    await until(third, id, isOver);
    const lines = await linesOf(await third.jobs.result(id));
    const accessions = lines.flatMap(({ type, accession }) =>
      type === "embedding" ? accession : [],
    );
    expect(accessions).toEqual(Array.from({ length: 400 }, (_, number) => `P${number}`));
  });

  test("on other weights of the same name fails: results of two models do not go together", async () => {
    const directory = await temporaryFolder();
    const first = await openJobs(directory, fakeModels({ delayMs: 20 }));
    const { id } = await send(first, manyRecords(400));
    await until(first, id, ({ records }) => records.done > 0);
    await first.close();
    const second = await openJobs(directory, fakeModels({ fingerprint: "f2" }));
    expect(await until(second, id, isOver)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("were replaced"),
    });
  });
});

describe("what cannot be worked off", () => {
  test.each([
    ["text before the first header", gzipSync("MKT\n>a\nACD\n"), /the file:1: /],
    ["a file that ends inside its compression", gzipSync(manyRecords(99)).subarray(0, 400), /gzip/],
    ["a file without a record", gzipSync("\n\n"), /no record/],
  ])("%s fails the job with the line, and no path", async (_, body, expected) => {
    const directory = await temporaryFolder();
    const experiments = await openJobs(directory);
    const { id } = await send(experiments, body);
    const { state, error } = await until(experiments, id, isOver);
    expect(state).toBe("failed");
    expect(error).toMatch(expected);
    expect(error).not.toContain(directory);
    await expect(experiments.jobs.result(id)).rejects.toMatchObject({ kind: "job-not-done" });
  });

  test.each([
    ["", "not-fasta"],
    ["  \n", "not-fasta"],
    ["MKTAYIAK\n", "not-fasta"],
    ['{"sequence": "MKT"}', "not-fasta"],
  ])("a body of %j is refused at once, and leaves no file", async (body, kind) => {
    const directory = await temporaryFolder();
    const experiments = await openJobs(directory);
    await expect(send(experiments, body)).rejects.toMatchObject({ kind });
    expect(await readdir(join(directory, "jobs"))).toEqual([]);
    expect(await experiments.jobs.list({ limit: 9 })).toEqual([]);
  });

  test("a layer that the model has not is refused with the limit", async () => {
    const experiments = await openJobs(await temporaryFolder());
    await expect(send(experiments, FASTA, { layer: 3 })).rejects.toMatchObject({
      kind: "invalid-request",
      options: { field: "layer", limit: 2 },
    });
  });
});

describe("a job that is removed", () => {
  test("while it runs stops, and its files are gone; the next one has its turn", async () => {
    const directory = await temporaryFolder();
    const experiments = await openJobs(directory, fakeModels({ delayMs: 20 }));
    const running = await send(experiments, manyRecords(2000));
    const next = await send(experiments, FASTA);
    await until(experiments, running.id, ({ records }) => records.done > 0);
    await experiments.jobs.remove(running.id);
    await expect(experiments.jobs.get(running.id)).rejects.toMatchObject({ kind: "unknown-job" });
    expect(await readdir(join(directory, "jobs"))).toEqual([next.id]);
    expect(await until(experiments, next.id, isOver)).toMatchObject({ state: "done" });
  });
});

describe("two servers on one folder", () => {
  test("one works, the other takes over when it is closed; no chunk is computed twice", async () => {
    const directory = await temporaryFolder();
    const timing = { pollMs: 10 };
    const one = fakeModels({ delayMs: 5 });
    const other = fakeModels({ delayMs: 5 });
    const first = await openJobs(directory, one, timing);
    const second = await openJobs(directory, other, timing);
    // sent to the one that does not work
    const { id } = await send(second, manyRecords(1000));
    await until(second, id, ({ records }) => records.done > 0);
    expect(other.calls).toEqual([]);
    await first.close();
    expect(await until(second, id, isOver)).toMatchObject({ state: "done" });
    const computed = [...one.calls, ...other.calls].reduce((sum, count) => sum + count, 0);
    // the chunk under way when the first one was closed is not booked and computed again
    expect(computed - 1000).toBeLessThanOrEqual(Math.max(...one.calls));
    expect(other.calls.length).toBeGreaterThan(0);
  });

  test("the sweep of the one leaves an upload of the other alone, and takes what a killed one left", async () => {
    const directory = await temporaryFolder();
    const first = await openJobs(directory);
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const sent = first.jobs.send({
      body: (async function* () {
        yield Buffer.from(">a\nACD\n");
        await held;
      })(),
      expectedBytes: undefined,
      model: undefined,
      options: { include: "mean", letters: "strict" },
    });
    await mkdir(join(directory, "jobs", "left"));
    await writeFile(join(directory, "jobs", "left", "input"), ">a\n");
    await utimes(join(directory, "jobs", "left"), 0, 0);
    while ((await readdir(join(directory, "jobs"))).length < 2) await new Promise(setImmediate);
    const { sweepJobFolders } = await import("../../src/jobs/job-files.ts");
    await sweepJobFolders(join(directory, "jobs"), first.store.jobs);
    const [folder] = await readdir(join(directory, "jobs"));
    // of an upload that has lasted for long its lock alone tells that it goes on
    await utimes(join(directory, "jobs", folder as string), 0, 0);
    await sweepJobFolders(join(directory, "jobs"), first.store.jobs);
    finish();
    const { id } = await sent;
    expect(await readdir(join(directory, "jobs"))).toEqual([id]);
    expect(await until(first, id, isOver)).toMatchObject({ state: "done", records: { done: 1 } });
  });
});
