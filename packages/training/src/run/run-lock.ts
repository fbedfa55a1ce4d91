/** One writer a run. */
import { type FileLock, LockHeldError, lockFile } from "@performer/file-lock";
import { RunError } from "./run-folder.ts";

/** @throws {RunError} where a live process trains this run. @param path the run's lock file. */
export async function acquireRunLock(path: string): Promise<FileLock> {
  try {
    return await lockFile(path);
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    throw new RunError(
      `acquireRunLock: expected a run that no process trains, got one held by ${error.holder}; stop that process first`,
      { cause: error },
    );
  }
}
