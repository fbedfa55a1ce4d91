import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installRuntime } from "../src/index.ts";
import { withInstallLock } from "../src/install/install-lock.ts";
import { createClone, fakeRunner, LINUX } from "./support/fake-machine.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "performer-lock-"));
  path = join(folder, "install.lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = { log: () => {}, waitMs: 10_000 };

test("of several holders only one works at a time", async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    withInstallLock(path, options, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(20);
      inside -= 1;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

test("the lock is given back when the work fails", async () => {
  const work = () => Promise.reject(new Error("no"));
  await expect(withInstallLock(path, options, work)).rejects.toThrow("no");
  expect(existsSync(path)).toBe(false);
});

test("a living holder is waited for, announced once, and named when the wait ends", async () => {
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }));
  const lines: string[] = [];
  const waiting = withInstallLock(
    path,
    { log: (line) => lines.push(line), waitMs: 500 },
    async () => {},
  );
  await expect(waiting).rejects.toThrow(`delete ${path}`);
  expect(lines).toEqual([`waiting for another installation in this clone (${path})`]);
});

test("the lock of a process that is gone is taken over at once", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  await writeFile(path, JSON.stringify({ pid: child.pid, host: hostname() }));
  expect(await withInstallLock(path, options, async () => "mine")).toBe("mine");
});

test("the lock of another machine is taken over once it was not touched for a minute", async () => {
  await writeFile(path, JSON.stringify({ pid: 1, host: "elsewhere" }));
  await expect(
    withInstallLock(path, { ...options, waitMs: 300 }, async () => {}),
  ).rejects.toThrow();
  const longAgo = new Date(Date.now() - 61_000);
  await utimes(path, longAgo, longAgo);
  expect(await withInstallLock(path, options, async () => "mine")).toBe("mine");
});

test("two installations at once: one downloads, the other finds the result", async () => {
  const root = await createClone();
  try {
    const runners = [
      fakeRunner({ midway: () => sleep(10) }),
      fakeRunner({ midway: () => sleep(10) }),
    ];
    const results = await Promise.all(
      runners.map((runner) => installRuntime({ root, device: "cpu", host: LINUX, runner })),
    );
    expect(results.map(({ tensorflowVersion }) => tensorflowVersion)).toEqual(["2.21.0", "2.21.0"]);
    const downloads = runners
      .flatMap(({ steps }) => steps)
      .filter((step) => step === "download wheel");
    expect(downloads).toHaveLength(1);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
