/**
 * Works jobs off, one at a time and in the order they came, as long as the server is up. Of several
 * servers on one folder one does: it holds a lock of the operating system, which its end sets free.
 * What passes by itself (a full disk, a locked store) is waited for; what does not fails the job.
 */
import { type FileLock, LockHeldError, lockFile } from "@performer/file-lock";
import { type ExperimentStore, type JobRecord, StoreError } from "@performer/store";
import type { Logger } from "pino";
import { isDiskFull } from "./disk-space.ts";
import { JobFailure } from "./job-failure.ts";
import { jobPaths, removeJobFolder, sweepJobFolders } from "./job-files.ts";
import type { InputLimits } from "./job-input.ts";
import type { JobModels } from "./job-models.ts";
import { createPauses } from "./pauses.ts";
import { RateMeter } from "./rate-meter.ts";
import { runJob } from "./run-job.ts";

export interface JobRunnerOptions {
  readonly store: ExperimentStore;
  readonly models: JobModels;
  readonly jobsDirectory: string;
  readonly limits: InputLimits;
  readonly logger: Logger;
  /** After a full disk or a locked store. */
  readonly retryMs?: number;
  /** Between two looks for jobs of other processes, and for the lock. */
  readonly pollMs?: number;
}

/** What only the process knows that works on a job. */
export interface LiveState {
  readonly residuesPerSecond: number | null;
  readonly waitingFor: string | null;
}

export interface JobRunner {
  /** There is a new job. */
  wake(): void;
  /** Null for a job that this process is not at. */
  live(id: string): LiveState | null;
  /** Stops the job where it runs, and removes it with its files. @returns whether there was one. */
  remove(id: string): Promise<boolean>;
  /** Leaves the running job where it stands; settles when nothing is written any more. */
  stop(): Promise<void>;
}

interface Running {
  readonly id: string;
  readonly leave: AbortController;
  readonly meter: RateMeter;
  waitingFor: string | null;
  settled: Promise<void>;
}

const RETRY_MS = 15_000;
const POLL_MS = 2_000;
const done = Promise.resolve();

export function startJobRunner(options: JobRunnerOptions): JobRunner {
  const { store, jobsDirectory, logger, retryMs = RETRY_MS, pollMs = POLL_MS } = options;
  const closing = new AbortController();
  const pauses = createPauses(closing.signal);
  let running: Running | null = null;

  async function work(): Promise<void> {
    const lock = await takeLock();
    if (lock === null) return;
    try {
      await sweepJobFolders(jobsDirectory, store.jobs).catch((error) => {
        logger.warn({ err: error }, "folders of jobs that were never sent to the end are left");
      });
      while (!closing.signal.aborted) await workOnNext();
    } finally {
      await lock.release();
    }
  }

  async function takeLock(): Promise<FileLock | null> {
    while (!closing.signal.aborted) {
      try {
        return await lockFile(`${jobsDirectory}.lock`);
      } catch (error) {
        if (!(error instanceof LockHeldError)) throw error;
        await pauses.pause(pollMs);
      }
    }
    return null;
  }

  async function workOnNext(): Promise<void> {
    const job = await store.jobs.next().catch((error) => {
      logger.warn({ err: error }, "the store cannot be read; jobs wait");
      return null;
    });
    if (job === null) return pauses.pause(pollMs);
    const leave = new AbortController();
    const meter = new RateMeter(job.doneResidues);
    const current: Running = { id: job.id, leave, meter, waitingFor: null, settled: done };
    running = current;
    current.settled = attempt(job, current);
    await current.settled;
    if (current.waitingFor !== null && !leave.signal.aborted) await pauses.pause(retryMs);
    running = null;
  }

  async function attempt(job: JobRecord, current: Running): Promise<void> {
    const signal = AbortSignal.any([closing.signal, current.leave.signal]);
    try {
      await runJob(job, {
        ...options,
        paths: jobPaths(jobsDirectory, job.id),
        signal,
        onProgress: ({ doneResidues }) => current.meter.reach(doneResidues),
      });
      logger.info({ job: job.id }, "job done");
    } catch (error) {
      if (!signal.aborted) current.waitingFor = await settle(job, error);
    }
  }

  /** @returns what the job waits for, or null where it is over. */
  async function settle(job: JobRecord, error: unknown): Promise<string | null> {
    const passing = passingCause(error);
    if (passing !== null) {
      logger.warn({ job: job.id, err: error }, "job waits");
      return passing;
    }
    const message =
      error instanceof JobFailure
        ? error.message
        : "the fault is the server's and is written in its log under the job's id";
    const end = { finishedAt: new Date().toISOString(), error: message };
    try {
      // somebody may have removed it through another server
      if ((await store.jobs.get(job.id)) === null) return null;
      logger.error({ job: job.id, err: error }, "job failed");
      await store.jobs.fail(job.id, end);
      return null;
    } catch (cause) {
      return passingCause(cause) ?? "the store, which failed; see the server's log";
    }
  }

  const worked = work().catch((error) => {
    if (!closing.signal.aborted) logger.error({ err: error }, "jobs are not worked off any more");
  });
  return {
    wake: () => pauses.end(),
    live(id) {
      if (running?.id !== id) return null;
      return { residuesPerSecond: running.meter.perSecond(), waitingFor: running.waitingFor };
    },
    async remove(id) {
      const existed = await store.jobs.remove(id);
      if (running?.id === id) {
        running.leave.abort();
        pauses.end();
        await running.settled;
      }
      if (existed) await removeJobFolder(jobsDirectory, id);
      return existed;
    },
    async stop() {
      closing.abort();
      await worked;
    },
  };
}

/** Null where waiting does not help. */
function passingCause(error: unknown): string | null {
  if (isDiskFull(error) || (error instanceof StoreError && error.kind === "full")) {
    return "room on the server's disk: free some, and the job goes on by itself";
  }
  if (error instanceof StoreError && error.kind === "locked") {
    return "the store, which another process holds locked; the job goes on by itself";
  }
  return null;
}
