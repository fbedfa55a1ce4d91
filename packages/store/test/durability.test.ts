/** What the store promises of its file: what was booked survives a kill, and others may hold it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../src/node.ts";
import { item, newJob, openedStore, storePath } from "./support.ts";

/** Another connection, as another process has one. */
function otherConnection(path: string): DatabaseSyncInstance {
  const other = new DatabaseSync(path);
  onTestFinished(() => {
    if (other.isOpen) other.close();
  });
  return other;
}

describe("a file that another process holds locked", () => {
  test("a write waits and then goes through", async () => {
    const path = await storePath();
    const store = await openedStore(path);
    const other = otherConnection(path);
    other.exec("BEGIN IMMEDIATE");
    setTimeout(() => other.exec("COMMIT"), 100);
    await store.jobs.create(newJob("j"));
    expect(await store.jobs.get("j")).toMatchObject({ state: "queued" });
  });

  test("past its patience a write is refused as locked and changes nothing; reads go on, and so does the event loop", async () => {
    const path = await storePath();
    const store = await openedStore(path, { lockPatienceMs: 500 });
    await store.jobs.create(newJob("j"));
    const other = otherConnection(path);
    other.exec("BEGIN IMMEDIATE");
    let turns = 0;
    const ticks = setInterval(() => turns++, 10);
    await expect(store.jobs.create(newJob("k"))).rejects.toMatchObject({ kind: "locked" });
    clearInterval(ticks);
    expect(turns).toBeGreaterThan(3);
    expect((await store.jobs.list({ limit: 9 })).map(({ id }) => id)).toEqual(["j"]);
    other.exec("COMMIT");
    await store.jobs.create(newJob("k"));
    expect((await store.jobs.list({ limit: 9 })).map(({ id }) => id)).toEqual(["k", "j"]);
  });

  test("opening a new file that is locked is refused as locked too", async () => {
    const path = await storePath();
    const other = otherConnection(path);
    other.exec("PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t (x); BEGIN EXCLUSIVE");
    await expect(openedStore(path, { lockPatienceMs: 50 })).rejects.toMatchObject({
      kind: "locked",
    });
  });
});

describe("a process that is killed", () => {
  test("what it had booked is there, and it leaves no lock behind", async () => {
    const path = await storePath();
    const store = await openedStore(path);
    await store.jobs.create(newJob("j"));
    const total = 1_000_000;
    await store.jobs.start("j", { total, totalResidues: total, startedAt: "2026-01-01T00:00:00Z" });
    const script = join(import.meta.dirname, "programs/book-until-killed.mjs");
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    let reported = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split("\n")) reported = Number(line);
      if (reported >= 25) child.kill("SIGKILL");
    });
    await once(child, "close");
    const { done, resultBytes } = (await store.jobs.get("j"))!;
    expect(done).toBeGreaterThanOrEqual(25);
    expect(done).toBeGreaterThanOrEqual(reported);
    expect(resultBytes).toBe(done * 10);
    expect(await store.jobs.items("j", { limit: total })).toHaveLength(done);
    await store.jobs.advance("j", { from: done, items: [item(done)], resultBytes: 10 * done + 10 });
  });
});

describe("a file that cannot be used", () => {
  test("no SQLite file: damaged, with the remedy, and left as it is", async () => {
    const path = await storePath();
    await writeFile(
      path,
      "not a database, but long enough to be read as a header of one\n".repeat(20),
    );
    await expect(openedStore(path)).rejects.toMatchObject({
      kind: "damaged",
      message: expect.stringContaining("move it away"),
    });
  });

  test("of a later version: newer, and left as it is", async () => {
    const path = await storePath();
    (await openStore(path)).close();
    const other = otherConnection(path);
    other.exec("PRAGMA user_version = 99");
    await expect(openedStore(path)).rejects.toMatchObject({ kind: "newer" });
    expect(other.prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
  });
});

describe("migrations", () => {
  test("a file of version 1 keeps its runs and gets the tables of jobs", async () => {
    const { runsAndMetrics } = await import("../src/node/migrations/0001-runs-and-metrics.ts");
    const path = await storePath();
    const before = otherConnection(path);
    before.exec(runsAndMetrics);
    before.exec("INSERT INTO runs (id, inode, byte_offset, lines) VALUES ('old', 1, 2, 3)");
    before.exec("PRAGMA user_version = 1");
    before.close();
    const store = await openedStore(path);
    expect(await store.runs.position("old")).toEqual({ inode: 1, offset: 2, lines: 3 });
    expect(await store.jobs.next()).toBeNull();
  });

  test("two processes that open a new file at once both find it whole", async () => {
    const path = await storePath();
    const stores = await Promise.all([openedStore(path), openedStore(path), openedStore(path)]);
    await stores[0]?.jobs.create(newJob("j"));
    for (const store of stores) expect(await store.jobs.get("j")).toMatchObject({ id: "j" });
  });
});
