/**
 * Opens the store's file, made where it is absent, and brings it to the present schema.
 *
 * Durability: a write-ahead log with synchronous=FULL, so a call that has returned survives kill -9 and
 * loss of power. Locks are those of the operating system: a killed process leaves none behind. The
 * file belongs on a local disk; the write-ahead log shares memory between processes, which network file
 * systems do not.
 */
import type { ExperimentStore } from "../store.ts";
import { openDatabase } from "./database.ts";
import { createJobTable } from "./job-rows.ts";
import { migrate } from "./migrate.ts";
import { createRunIndex } from "./run-rows.ts";

export interface OpenStoreOptions {
  /** How long a write waits for another process that writes, before it is refused as "locked". */
  readonly lockPatienceMs?: number;
}

/** Long enough for a commit of another process, short enough for somebody who waits for an answer. */
const LOCK_PATIENCE_MS = 2_000;

/**
 * @param path of the file; its folder must exist.
 * @throws {StoreError} "damaged" or "newer" where the file cannot be used, "locked" or "full" otherwise.
 */
export async function openStore(
  path: string,
  { lockPatienceMs = LOCK_PATIENCE_MS }: OpenStoreOptions = {},
): Promise<ExperimentStore> {
  const database = await openDatabase(path, lockPatienceMs);
  try {
    await migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    runs: createRunIndex(database),
    jobs: createJobTable(database),
    close: () => database.close(),
  };
}
