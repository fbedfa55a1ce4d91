/**
 * The experiment store: what it holds and how it fails. Nothing here knows SQLite or Node;
 * `openStore` of `@performer/store/node` opens the file.
 *
 * @example
 * const job = await store.jobs.next();
 */
export type { JobItemRecord, JobRecord, JobTable, NewJob, Progress } from "./job-table.ts";
export type { IndexedRun, LogPosition, MetricPoint, NewEvents, RunIndex } from "./run-index.ts";
export type { ExperimentStore } from "./store.ts";
export { StoreError, type StoreErrorKind } from "./store-error.ts";
