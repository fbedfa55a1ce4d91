/** What a server keeps on the disk beside runs and models: FOLDER/{experiments.sqlite, jobs/}. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExperimentStore } from "@performer/store";
import { openStore } from "@performer/store/node";
import type { Logger } from "pino";
import { createJobModels } from "./jobs/job-models.ts";
import { startJobRunner } from "./jobs/job-runner.ts";
import { createJobService, type JobService } from "./jobs/job-service.ts";
import { createResultExports } from "./jobs/result-exports.ts";
import { JOB_BODY_LIMIT_BYTES, JOB_LIMITS } from "./limits.ts";
import type { ModelStore, RunsReader } from "./ports.ts";
import { createRunCurves, type RunCurves } from "./run-curves.ts";
import { createRunIndexer } from "./run-indexer.ts";
import { createRunsReader } from "./runs-reader.ts";

export interface OpenExperimentsOptions {
  /** Made where it is absent. */
  readonly directory: string;
  readonly runsDirectory: string;
  readonly models: ModelStore;
  readonly logger: Logger;
  /** Of one upload. */
  readonly maxUploadBytes?: number;
  /** Left free on the disk by uploads and files of results. */
  readonly reserveBytes?: number;
  /** As of `openStore`. */
  readonly lockPatienceMs?: number;
  /** As of the job runner. */
  readonly retryMs?: number;
  readonly pollMs?: number;
}

export interface Experiments {
  readonly store: ExperimentStore;
  readonly runs: RunsReader;
  readonly curves: RunCurves;
  readonly jobs: JobService;
  /** Leaves the running job where it stands, then closes the store. */
  close(): Promise<void>;
}

/** @throws {StoreError} where the store's file cannot be used. */
export async function openExperiments(options: OpenExperimentsOptions): Promise<Experiments> {
  const { directory, runsDirectory, models: modelStore, logger, ...settings } = options;
  const jobsDirectory = join(directory, "jobs");
  await mkdir(jobsDirectory, { recursive: true });
  const store = await openStore(join(directory, "experiments.sqlite"), settings);
  const models = createJobModels(modelStore);
  const limits = JOB_LIMITS;
  const runner = startJobRunner({ store, models, jobsDirectory, limits, logger, ...settings });
  const exports = createResultExports({ jobsDirectory, ...settings });
  const uploadLimits = { maxBytes: options.maxUploadBytes ?? JOB_BODY_LIMIT_BYTES, ...settings };
  const index = store.runs;
  const indexer = createRunIndexer(runsDirectory, index, logger);
  return {
    store,
    runs: createRunsReader({ runsDirectory, index, indexer, logger }),
    curves: createRunCurves({ index, indexer, logger }),
    jobs: createJobService({ store, models, runner, exports, jobsDirectory, uploadLimits }),
    async close() {
      await exports.close();
      await runner.stop();
      store.close();
    },
  };
}
