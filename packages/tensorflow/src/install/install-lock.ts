/**
 * One installation at a time per clone. The lock is a file that names its holder and is touched
 * while the holder lives, so a lock left by a killed process is seen as such: at once on the same
 * machine (its process is gone), after a minute on a shared disk.
 */
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const TOUCH_EVERY_MS = 5_000;
const STALE_AFTER_MS = 60_000;
const POLL_EVERY_MS = 200;

export interface LockOptions {
  readonly log: (line: string) => void;
  /** How long to wait for another installation before giving up. */
  readonly waitMs: number;
}

/** Runs `work` while holding the lock; waits for another holder and says so once. */
export async function withInstallLock<Result>(
  path: string,
  { log, waitMs }: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  const deadline = Date.now() + waitMs;
  let announced = false;
  while (!(await tryCreate(path))) {
    if (await isStale(path)) {
      await removeStale(path);
      continue;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `withInstallLock: expected the other installation to end within ${waitMs / 1000} s, got no end. If none runs, delete ${path}.`,
      );
    }
    if (!announced) log(`waiting for another installation in this clone (${path})`);
    announced = true;
    await sleep(POLL_EVERY_MS);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch((error: unknown) =>
      log(`cannot touch the lock: ${String(error)}`),
    );
  }, TOUCH_EVERY_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    if (Date.now() - mtimeMs > STALE_AFTER_MS) return true;
    const holder = /"pid":(\d+),"host":"(.*)"/.exec(text);
    return holder?.[2] === hostname() && !isAlive(Number(holder[1]));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false; // just released: try to take it
    throw error;
  }
}

/**
 * Moves the lock aside before it is deleted, so that of two waiting processes only one removes it.
 * A live lock that the other has made in between is put back.
 */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`;
  try {
    await rename(path, aside);
    if (!(await isStale(aside))) await link(aside, path);
    await rm(aside, { force: true });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
