/** A full disk and a locked store, as a client sees them: a problem document, and nothing lost. */
import { execFile } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Problem } from "@performer/schema";
import { DatabaseSync } from "@photostructure/sqlite";
import request from "supertest";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  appOf,
  fakeModels,
  isOver,
  manyRecords,
  openJobs,
  send,
  temporaryFolder,
  until,
} from "./support.ts";

const run = promisify(execFile);

const sendTo = (app: ReturnType<typeof appOf>) =>
  request(app).post("/v1/jobs").set("Content-Type", "text/x-fasta").send(">a\nACD\n");

describe("a full disk", () => {
  test("refuses a file that would leave no reserve with 507, before it is written", async () => {
    const directory = await temporaryFolder();
    const experiments = await openJobs(directory, fakeModels(), { reserveBytes: 2 ** 60 });
    const { status, body } = await sendTo(appOf(experiments));
    expect(status).toBe(507);
    expect(Problem.parse(body)).toMatchObject({
      type: "urn:protein-performer:problem:disk-full",
      detail: expect.stringContaining("DELETE /v1/jobs/:id"),
    });
    expect(await readdir(join(directory, "jobs"))).toEqual([]);
  });

  const mountSmall = (folder: string) =>
    `mount -t tmpfs -o size=4m none '${folder}' && exec "$0" "$1" '${folder}'`;
  const unshare = ["--user", "--map-root-user", "--mount", "bash", "-c"];
  test("of a real file system: an upload is refused, a job waits and goes on when there is room, every record once", async () => {
    const directory = await temporaryFolder();
    const small = join(directory, "small");
    await mkdir(small);
    const program = join(import.meta.dirname, "../programs/jobs-on-full-disk.mjs");
    const { stdout } = await run("unshare", [
      ...[...unshare, mountSmall(small), process.execPath, program],
    ]);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({
      refusal: "disk-full",
      leftBehind: [],
      waiting: {
        state: "running",
        waitingFor: expect.stringContaining("room on the server's disk"),
      },
      done: { state: "done", records: { total: 500, done: 500, refused: 0 }, waitingFor: null },
      // the model, a line a record, the end
      lines: 502,
      distinctPlaces: 500,
      hasBallast: false,
    });
    expect(said.waiting.done).toBeLessThan(500);
  });
});

describe("a locked store", () => {
  test("answers 503 with Retry-After to what would change it, and everything else as before", async () => {
    const directory = await temporaryFolder();
    const experiments = await openJobs(directory, fakeModels(), { lockPatienceMs: 50 });
    const { id } = await send(experiments, ">a\nACD\n");
    await until(experiments, id, isOver);
    const other = new DatabaseSync(join(directory, "experiments.sqlite"));
    onTestFinished(() => other.close());
    other.exec("BEGIN IMMEDIATE");
    const app = appOf(experiments);
    for (const response of [await sendTo(app), await request(app).delete(`/v1/jobs/${id}`)]) {
      expect(response.status).toBe(503);
      expect(response.headers["retry-after"]).toBe("5");
      expect(Problem.parse(response.body).type).toBe("urn:protein-performer:problem:store-locked");
    }
    expect((await request(app).get(`/v1/jobs/${id}`)).body).toMatchObject({ state: "done" });
    expect((await request(app).get(`/v1/jobs/${id}/result`)).status).toBe(200);
    expect((await request(app).get("/v1/jobs")).body.jobs).toHaveLength(1);
    // the refused upload left nothing behind
    expect(await readdir(join(directory, "jobs"))).toEqual([id]);
    other.exec("COMMIT");
    expect((await sendTo(app)).status).toBe(202);
    expect((await request(app).delete(`/v1/jobs/${id}`)).status).toBe(204);
  });

  test("holds a running job up, which then goes on: every record once", async () => {
    const directory = await temporaryFolder();
    const settings = { lockPatienceMs: 30, retryMs: 30 };
    const experiments = await openJobs(directory, fakeModels({ delayMs: 10 }), settings);
    const { id } = await send(experiments, manyRecords(600));
    await until(experiments, id, ({ records }) => records.done > 0);
    const other = new DatabaseSync(join(directory, "experiments.sqlite"));
    onTestFinished(() => other.close());
    // the runner may be about to write
    for (;;) {
      try {
        other.exec("BEGIN IMMEDIATE");
        break;
      } catch {
        await new Promise(setImmediate);
      }
    }
    const waiting = await until(experiments, id, ({ waitingFor }) => waitingFor !== null);
    expect(waiting.waitingFor).toContain("locked");
    other.exec("COMMIT");
    expect(await until(experiments, id, isOver)).toMatchObject({
      state: "done",
      records: { total: 600, done: 600, refused: 0 },
      waitingFor: null,
    });
    expect(await experiments.jobs.items(id, { limit: 1000, onlyRefused: false })).toHaveLength(600);
  });
});
