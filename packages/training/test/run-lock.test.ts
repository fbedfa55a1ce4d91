import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireRunLock, isRunLocked } from "../src/run/run-lock.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-lock-"));
  path = join(folder, "lock.json");
});
afterEach(() => rm(folder, { recursive: true }));

const writeLock = (owner: object) =>
  writeFile(
    path,
    JSON.stringify({ token: "t", host: hostname(), pid: process.pid, startTicks: null, ...owner }),
  );

test("a held lock keeps others out and names its process; a released one lets them in and leaves no file", async () => {
  const lock = await acquireRunLock(path);
  expect(await isRunLocked(path)).toBe(true);
  await expect(acquireRunLock(path)).rejects.toThrow(`held by process ${process.pid}`);
  await lock.release();
  expect(await isRunLocked(path)).toBe(false);
  await (await acquireRunLock(path)).release();
  expect(await readdir(folder)).toEqual([]);
});

test("of many that want the lock at once, one gets it", async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireRunLock(path)));
  const locks = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  expect(locks).toHaveLength(1);
  await locks[0]?.release();
});

test("the lock of a process that is gone is taken over, by one of many", async () => {
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  await writeLock({ pid: gone });
  expect(await isRunLocked(path)).toBe(false);
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireRunLock(path)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test.runIf(process.platform === "linux")(
  "a lock whose process number went to another process is stale (needs /proc)",
  async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await once(child, "spawn");
    try {
      await writeLock({ pid: child.pid, startTicks: "1" });
      expect(await isRunLocked(path)).toBe(false);
    } finally {
      child.kill("SIGKILL");
    }
  },
);

test("on another host the lock's age decides", async () => {
  await writeLock({ host: "elsewhere", pid: 1 });
  expect(await isRunLocked(path)).toBe(true);
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(path, longAgo, longAgo);
  expect(await isRunLocked(path)).toBe(false);
});

test("a lock that was taken over is not released by its former holder", async () => {
  const lock = await acquireRunLock(path);
  await writeLock({ token: "another" });
  await lock.release();
  expect(JSON.parse(await readFile(path, "utf8")).token).toBe("another");
});

test("a lock file that is none says what to delete", async () => {
  await writeFile(path, "hello");
  await expect(acquireRunLock(path)).rejects.toThrow("delete it if no process trains the run");
});
