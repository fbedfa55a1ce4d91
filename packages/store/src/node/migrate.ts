/**
 * Brings a file to the present schema: numbered migrations, each applied once and in order, in one
 * transaction with its number (user_version), so that a crash leaves a file of one version or the next.
 */
import { StoreError } from "../store-error.ts";
import type { Database } from "./database.ts";
import { runsAndMetrics } from "./migrations/0001-runs-and-metrics.ts";
import { jobs } from "./migrations/0002-jobs.ts";
import { workers } from "./migrations/0003-workers.ts";

/** Migration n brings version n - 1 to n. Never changed once released: add another. */
const MIGRATIONS: readonly string[] = [runsAndMetrics, jobs, workers];

const SCHEMA_VERSION = MIGRATIONS.length;

/** @throws {StoreError} "newer" where a later version of this software wrote the file. */
export async function migrate(database: Database): Promise<void> {
  const isCurrent = await database.read(
    ({ get }) => get("PRAGMA user_version")?.["user_version"] === SCHEMA_VERSION,
  );
  if (isCurrent) return;
  await database.write(({ get, execute }) => {
    // asked again under the lock: another process may have just done it
    const version = Number(get("PRAGMA user_version")?.["user_version"]);
    if (version > SCHEMA_VERSION) {
      throw new StoreError(
        "newer",
        `migrate: expected a store of version ${SCHEMA_VERSION} at most, got ${version}; use the version of this software that wrote it, or another file`,
      );
    }
    for (const sql of MIGRATIONS.slice(version)) execute(sql);
    execute(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}
