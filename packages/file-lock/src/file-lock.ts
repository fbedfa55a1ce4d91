/**
 * A lock on a file, held by the operating system for this process (on Linux an open file description
 * lock, fcntl(2)). It ends with the process, however that ends: no lock is ever stale, so none is ever
 * taken over. The file stays when the lock is released; it names the last holder, for messages only.
 */
import { open } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLock, unlock } from "fs-native-extensions";

/** `isFileLocked` holds a shared lock for an instant; so a refusal counts once it has lasted. */
const ATTEMPTS = 4;
const RETRY_MS = 25;

export interface FileLock {
  release(): Promise<void>;
}

export class LockHeldError extends Error {
  override readonly name = "LockHeldError";
  /** Who holds it, in words: "process 12 on host". */
  readonly holder: string;

  constructor(path: string, holder: string) {
    super(
      `lockFile: expected ${path} to be free, got a lock held by ${holder}; stop that process first`,
    );
    this.holder = holder;
  }
}

/**
 * Takes the lock or fails at once.
 * @param path the lock's file; created where absent, its folder must exist.
 * @throws {LockHeldError} where someone holds it, be it this process.
 */
export async function lockFile(path: string): Promise<FileLock> {
  const file = await open(path, "a+");
  try {
    for (let attempt = 1; !tryLock(file.fd); attempt += 1) {
      if (attempt === ATTEMPTS) {
        throw new LockHeldError(path, (await file.readFile("utf8")) || "another process");
      }
      await sleep(RETRY_MS);
    }
    await file.truncate();
    await file.write(`process ${process.pid} on ${hostname()}`);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { release: () => file.close() };
}

/** Whether someone, be it this process, holds the lock. */
export async function isFileLocked(path: string): Promise<boolean> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return false;
  try {
    const free = tryLock(file.fd, { shared: true });
    if (free) unlock(file.fd);
    return !free;
  } finally {
    await file.close();
  }
}
