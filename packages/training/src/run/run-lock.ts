/**
 * One writer a run. The lock is a file that names its process; a process that died leaves it behind,
 * so a lock whose process is gone is stale and taken over. On another host (a container beside this
 * one) processes cannot be looked up: there the file's time, touched while the run lives, decides.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { RunError } from "./run-folder.ts";

const HEARTBEAT_MS = 10_000;
/** A foreign lock untouched for this long is stale; far more than a step and an evaluation take. */
const FOREIGN_STALE_MS = 10 * 60_000;

interface LockOwner {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** Start of the process in clock ticks (Linux): tells a reused pid from the same process. */
  readonly startTicks: string | null;
}

export interface RunLock {
  release(): Promise<void>;
}

/** @throws {RunError} where a live process trains this run. @param path the run's lock file. */
export async function acquireRunLock(path: string): Promise<RunLock> {
  const owner: LockOwner = {
    token: randomUUID(),
    host: hostname(),
    pid: process.pid,
    startTicks: startTicks(process.pid),
  };
  const prepared = `${path}.${owner.token}`;
  await writeFile(prepared, JSON.stringify(owner));
  try {
    while (!(await tryLink(prepared, path))) {
      const holder = await readOwner(path);
      if (holder === undefined) continue; // released in between
      if (await isAlive(holder, path)) {
        throw new RunError(
          `acquireRunLock: expected a run that no process trains, got one held by process ${holder.pid} on ${holder.host}; stop that process first`,
        );
      }
      await removeStale(path, holder);
    }
  } finally {
    await rm(prepared, { force: true });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // a lost heartbeat matters to other hosts only, and to them only after many of them
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
    },
  };
}

/** Whether a live process holds the lock. */
export async function isRunLocked(path: string): Promise<boolean> {
  const holder = await readOwner(path);
  return holder !== undefined && (await isAlive(holder, path));
}

/** A hard link appears whole or not at all, and never replaces: the lock is never seen empty. */
async function tryLink(prepared: string, path: string): Promise<boolean> {
  try {
    await link(prepared, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Takes the stale lock away by renaming, and puts it back if another taker was faster. */
async function removeStale(path: string, stale: LockOwner): Promise<void> {
  const aside = `${path}.stale-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await readOwner(aside))?.token !== stale.token) await tryLink(aside, path);
  await rm(aside, { force: true });
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as LockOwner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RunError(
      `readOwner: expected a lock file, got ${path}; delete it if no process trains the run`,
      { cause: error },
    );
  }
}

async function isAlive(holder: LockOwner, path: string): Promise<boolean> {
  if (holder.host !== hostname()) {
    const { mtimeMs } = await stat(path);
    return Date.now() - mtimeMs < FOREIGN_STALE_MS;
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: alive, but of another user
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return holder.startTicks === startTicks(holder.pid);
}

/** Field 22 of /proc/PID/stat; null where there is no such file. */
function startTicks(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the command in parentheses may hold spaces: count from its end, where field 3 begins
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
