/** One installation at a time per clone. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type FileLock, LockHeldError, lockFile } from "@performer/file-lock";

const POLL_EVERY_MS = 200;

export interface LockOptions {
  readonly log: (line: string) => void;
  /** How long to wait for another installation before giving up. */
  readonly waitMs: number;
}

/**
 * Runs `work` while holding the lock; waits for another holder and says so once.
 * @throws {LockHeldError} where the other installation takes longer than `waitMs`.
 */
export async function withInstallLock<Result>(
  path: string,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  const lock = await waitForLock(path, options);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function waitForLock(path: string, { log, waitMs }: LockOptions): Promise<FileLock> {
  const deadline = Date.now() + waitMs;
  for (let announced = false; ; announced = true) {
    try {
      return await lockFile(path);
    } catch (error) {
      if (!(error instanceof LockHeldError) || Date.now() > deadline) throw error;
      if (!announced) log(`waiting for another installation in this clone, ${error.holder}`);
    }
    await sleep(POLL_EVERY_MS);
  }
}
