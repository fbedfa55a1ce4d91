/** Bulk jobs as the routes use them: sent, looked at, fetched, removed; worked off by the runner. */
import { randomUUID } from "node:crypto";
import type { Job, JobItem, JobOptions, JobResultFormat, JobState } from "@performer/schema";
import type { ExperimentStore, JobRecord } from "@performer/store";
import { ProblemError } from "../problem.ts";
import { describeJob } from "./describe-job.ts";
import { createJobFolder, removeJobFolder } from "./job-files.ts";
import type { JobModels } from "./job-models.ts";
import type { JobRunner } from "./job-runner.ts";
import { receiveUpload, type UploadLimits } from "./receive-upload.ts";
import type { ResultExports } from "./result-exports.ts";

interface SentJob {
  readonly body: AsyncIterable<Uint8Array>;
  /** Content-Length, where there is one. */
  readonly expectedBytes: number | undefined;
  /** Id or name; the default without. */
  readonly model: string | undefined;
  readonly options: JobOptions;
}

interface JobPage {
  readonly limit: number;
  readonly before?: string | undefined;
}

interface ItemPage {
  readonly limit: number;
  readonly after?: number | undefined;
  readonly onlyRefused: boolean;
}

/** Everything throws {ProblemError} "unknown-job" where there is none of that id. */
export interface JobService {
  send(job: SentJob): Promise<Job>;
  get(id: string): Promise<Job>;
  /** Newest first. */
  list(page: JobPage): Promise<readonly Job[]>;
  items(id: string, page: ItemPage): Promise<readonly JobItem[]>;
  /** How many there are in each state. */
  counts(): Promise<Readonly<Record<JobState, number>>>;
  /**
   * Path of the result in a format, the lines as they are without one.
   * @throws {ProblemError} "job-not-done", and as `ResultExports`.
   */
  result(id: string, format?: JobResultFormat): Promise<string>;
  /** Stops it where it runs, and removes it with its files. */
  remove(id: string): Promise<void>;
}

export interface JobServiceOptions {
  readonly store: ExperimentStore;
  readonly models: JobModels;
  readonly runner: JobRunner;
  readonly exports: ResultExports;
  readonly jobsDirectory: string;
  readonly uploadLimits: Omit<UploadLimits, "expectedBytes">;
}

export function createJobService(options: JobServiceOptions): JobService {
  const { store, models, runner, exports, jobsDirectory, uploadLimits } = options;
  const tell = (job: JobRecord) => describeJob(job, runner.live(job.id));

  async function find(id: string): Promise<JobRecord> {
    const job = await store.jobs.get(id);
    if (job !== null) return job;
    throw new ProblemError("unknown-job", {
      detail: "no job has this id; GET /v1/jobs lists them, and a removed one is gone",
      field: "id",
    });
  }

  return {
    async send({ body, expectedBytes, model: asked, options: jobOptions }) {
      const { name, fingerprint, config } = await models.find(asked);
      if ((jobOptions.layer ?? 0) > config.numLayers) {
        throw new ProblemError("invalid-request", {
          detail: `expected a layer from 0 to ${config.numLayers}, got ${jobOptions.layer}`,
          field: "layer",
          limit: config.numLayers,
        });
      }
      const id = randomUUID();
      const { paths, lock } = await createJobFolder(jobsDirectory, id);
      try {
        const limits = { ...uploadLimits, expectedBytes };
        const inputBytes = await receiveUpload(body, paths, limits);
        await store.jobs.create({
          id,
          createdAt: new Date().toISOString(),
          model: name,
          modelIdentity: fingerprint,
          options: jobOptions,
          inputBytes,
        });
      } catch (error) {
        await lock.release();
        await removeJobFolder(jobsDirectory, id);
        throw error;
      }
      await lock.release();
      runner.wake();
      return tell(await find(id));
    },
    get: async (id) => tell(await find(id)),
    list: async ({ limit, before }) => {
      if (before !== undefined) await find(before);
      const jobs = await store.jobs.list({ limit, ...(before !== undefined && { before }) });
      return jobs.map(tell);
    },
    async items(id, { limit, after, onlyRefused }) {
      await find(id);
      return store.jobs.items(id, { limit, onlyRefused, ...(after !== undefined && { after }) });
    },
    counts: () => store.jobs.counts(),
    async result(id, format = "ndjson") {
      const job = await find(id);
      if (job.state === "done") return exports.file(job, format);
      throw new ProblemError("job-not-done", {
        detail:
          job.state === "failed"
            ? "the job failed and has no result; its error says why"
            : "the job is not done yet; GET /v1/jobs/:id tells how far it is",
        field: "id",
      });
    },
    async remove(id) {
      await find(id);
      await exports.without(id, () => runner.remove(id));
    },
  };
}
