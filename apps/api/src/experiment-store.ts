/** What a server keeps on the disk beside runs and models: FOLDER/{experiments.sqlite, jobs/}. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExperimentStore } from "@performer/store";
import { openStore } from "@performer/store/node";
import type { Logger } from "pino";
import type { EmbedInBackground } from "./jobs/job-models.ts";
import { createJobModels } from "./jobs/job-models.ts";
import { startJobRunner } from "./jobs/job-runner.ts";
import { createJobService, type JobService } from "./jobs/job-service.ts";
import { JOB_BODY_LIMIT_BYTES, JOB_LIMITS } from "./limits.ts";
import type { ModelStore } from "./ports.ts";

export interface OpenExperimentsOptions {
  /** Made where it is absent. */
  readonly directory: string;
  readonly models: ModelStore;
  readonly embed: EmbedInBackground;
  readonly logger: Logger;
  /** Of one upload. */
  readonly maxUploadBytes?: number;
  /** Left free on the disk by uploads. */
  readonly reserveBytes?: number;
  /** As of `openStore`. */
  readonly lockPatienceMs?: number;
  /** As of the job runner. */
  readonly retryMs?: number;
  readonly pollMs?: number;
}

export interface Experiments {
  readonly store: ExperimentStore;
  readonly jobs: JobService;
  /** Leaves the running job where it stands, then closes the store. */
  close(): Promise<void>;
}

/** @throws {StoreError} where the store's file cannot be used. */
export async function openExperiments(options: OpenExperimentsOptions): Promise<Experiments> {
  const { directory, embed, logger, models: modelStore, ...settings } = options;
  const jobsDirectory = join(directory, "jobs");
  await mkdir(jobsDirectory, { recursive: true });
  const store = await openStore(join(directory, "experiments.sqlite"), settings);
  const models = createJobModels(modelStore, embed);
  const limits = JOB_LIMITS;
  const runner = startJobRunner({ store, models, jobsDirectory, limits, logger, ...settings });
  const maxBytes = options.maxUploadBytes ?? JOB_BODY_LIMIT_BYTES;
  const uploadLimits = { maxBytes, ...settings };
  return {
    store,
    jobs: createJobService({ store, models, runner, jobsDirectory, uploadLimits }),
    async close() {
      await runner.stop();
      store.close();
    },
  };
}
