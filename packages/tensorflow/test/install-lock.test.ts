import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isFileLocked, lockFile } from "@performer/file-lock";
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
});

test("the lock is given back when the work fails", async () => {
  const work = () => Promise.reject(new Error("no"));
  await expect(withInstallLock(path, options, work)).rejects.toThrow("no");
  expect(await isFileLocked(path)).toBe(false);
});

test("a living holder is waited for, announced once, and named when the wait ends", async () => {
  const holder = await lockFile(path);
  const lines: string[] = [];
  const waiting = withInstallLock(
    path,
    { log: (line) => lines.push(line), waitMs: 500 },
    async () => {},
  );
  await expect(waiting).rejects.toThrow(`held by process ${process.pid} on `);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(
    `waiting for another installation in this clone, process ${process.pid}`,
  );
  await holder.release();
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
