/** The experiment store as its users see it; `openStore` of `@performer/store/node` makes one. */
import type { JobTable } from "./job-table.ts";
import type { RunIndex } from "./run-index.ts";

export interface ExperimentStore {
  readonly runs: RunIndex;
  readonly jobs: JobTable;
  /** Nothing may be called afterwards. */
  close(): void;
}
