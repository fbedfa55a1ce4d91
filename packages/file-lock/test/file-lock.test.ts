import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isFileLocked, LockHeldError, lockFile } from "../src/index.ts";

let folder: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-lock-"));
  path = join(folder, "the.lock");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

/** A process that tries once, says "locked" or "held", and then waits to be killed. */
async function contender(): Promise<{ child: ChildProcess; outcome: string }> {
  // the built package: plain Node reads no TypeScript
  const child = fork(join(import.meta.dirname, "contender.mjs"), [path], { execArgv: [] });
  children.push(child);
  const [outcome] = (await once(child, "message")) as [string];
  return { child, outcome };
}

test("a held lock keeps others out and names its process; a released one lets them in", async () => {
  const lock = await lockFile(path);
  expect(await isFileLocked(path)).toBe(true);
  const refusal = await lockFile(path).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(LockHeldError);
  expect((refusal as LockHeldError).holder).toContain(`process ${process.pid} on `);
  await lock.release();
  expect(await isFileLocked(path)).toBe(false);
  await (await lockFile(path)).release();
});

test("of many processes, and of many calls in one, one gets it", async () => {
  const outcomes = (await Promise.all(Array.from({ length: 6 }, contender))).map(
    ({ outcome }) => outcome,
  );
  expect(outcomes.sort()).toEqual(["held", "held", "held", "held", "held", "locked"]);
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const calls = await Promise.allSettled(Array.from({ length: 20 }, () => lockFile(path)));
  const locks = calls.flatMap((call) => (call.status === "fulfilled" ? [call.value] : []));
  expect(locks).toHaveLength(1);
  await locks[0]?.release();
});

test("the lock of a killed process is free at once", async () => {
  const { child, outcome } = await contender();
  expect(outcome).toBe("locked");
  expect(await isFileLocked(path)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await isFileLocked(path)).toBe(false);
  await (await lockFile(path)).release();
});

test("looking does not keep a taker out", async () => {
  await writeFile(path, "");
  let looking = true;
  const looker = (async () => {
    while (looking) await isFileLocked(path);
  })();
  for (let i = 0; i < 50; i += 1) await (await lockFile(path)).release();
  looking = false;
  await looker;
});

test("a file that was never locked is free; a folder that is absent is an error", async () => {
  expect(await isFileLocked(path)).toBe(false);
  await expect(lockFile(join(folder, "absent", "the.lock"))).rejects.toThrow("ENOENT");
});
