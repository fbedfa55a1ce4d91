/**
 * Results as files of other formats. A file is made when it is first asked for, one at a time, and lies
 * beside the lines until the job is removed; so a download has a length and goes on where it was cut,
 * and who left while it was made finds it. The price: room on the disk, about that of the lines for two.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type FileLock, LockHeldError, lockFile } from "@performer/file-lock";
import type { JobResultFormat } from "@performer/schema";
import type { JobRecord } from "@performer/store";
import { RESULT_FILE_LIMIT } from "../limits.ts";
import { ProblemError } from "../problem.ts";
import { SerialQueue } from "../serial-queue.ts";
import { DISK_RESERVE_BYTES, diskFull, freeBytes } from "./disk-space.ts";
import { exportInThread } from "./export-in-thread.ts";
import type { ExportOptions } from "./export-result.ts";
import { jobPaths, resultPath } from "./job-files.ts";

const EXPORT_LOCK = "export.lock";
/** Told to clients while another server makes a file of the same job. */
const RETRY_AFTER_SECONDS = 5;

export interface ResultExports {
  /**
   * Path of the result of a job that is done, once it is there.
   * @throws {ProblemError} "busy", "disk-full"; "unknown-job" where the job is removed meanwhile.
   */
  file(job: JobRecord, format: JobResultFormat): Promise<string>;
  /** Removes a job by `remove` while nothing of it is made. */
  without<Result>(id: string, remove: () => Promise<Result>): Promise<Result>;
  /** Ends what is being made; settles when nothing is written any more. */
  close(): Promise<void>;
}

export interface ResultExportsOptions {
  readonly jobsDirectory: string;
  /** Left free on the disk. */
  readonly reserveBytes?: number;
}

interface Making {
  readonly id: string;
  readonly leave: AbortController;
  /** For those who asked: also rejects as soon as it is left. */
  readonly made: Promise<void>;
  /** Settles when nothing is written any more. */
  readonly settled: Promise<unknown>;
}

export function createResultExports({
  jobsDirectory,
  reserveBytes = DISK_RESERVE_BYTES,
}: ResultExportsOptions): ResultExports {
  const queue = new SerialQueue(RESULT_FILE_LIMIT, "a file of a result");
  const making = new Map<string, Making>();
  const removing = new Set<string>();
  let isClosed = false;

  function start(job: JobRecord, path: string, format: ExportOptions["format"]): Making {
    const leave = new AbortController();
    let settled: Promise<unknown> = Promise.resolve();
    const made = queue.run(() => {
      const work = make(job, path, format, leave.signal);
      settled = work.catch(() => undefined); // told by `made`
      return work;
    }, leave.signal);
    const current: Making = {
      ...{ id: job.id, leave, made },
      get settled() {
        return settled;
      },
    };
    making.set(path, current);
    const forget = () => making.delete(path);
    made.then(forget, forget);
    return current;
  }

  async function make(
    job: JobRecord,
    path: string,
    format: ExportOptions["format"],
    signal: AbortSignal,
  ): Promise<void> {
    const { folder } = jobPaths(jobsDirectory, job.id);
    const lock = await takeLock(join(folder, EXPORT_LOCK));
    try {
      if (existsSync(path)) return; // another server made it
      // a number takes 11 bytes in a line and 4 in a file, of which there are two
      if ((await freeBytes(folder)) < job.resultBytes + reserveBytes) {
        throw diskFull(
          `expected ${job.resultBytes} bytes and a reserve of ${reserveBytes} free on the server's disk, got less; free some, or take application/x-ndjson, which is there`,
        );
      }
      await exportInThread({ folder, format, options: job.options }, signal);
    } finally {
      await lock.release();
    }
  }

  async function leaveAll(of: readonly Making[], reason: ProblemError): Promise<void> {
    for (const { leave } of of) leave.abort(reason);
    for (const each of of) {
      await each.made.catch(() => undefined); // told to those who asked
      await each.settled;
    }
  }

  return {
    async file(job, format) {
      const path = resultPath(jobPaths(jobsDirectory, job.id).folder, format);
      if (format === "ndjson" || existsSync(path)) return path;
      if (isClosed) throw closing();
      if (removing.has(job.id)) throw removed();
      await (making.get(path) ?? start(job, path, format)).made;
      return path;
    },
    async without(id, remove) {
      removing.add(id);
      try {
        await leaveAll(
          [...making.values()].filter((each) => each.id === id),
          removed(),
        );
        return await remove();
      } finally {
        removing.delete(id);
      }
    },
    async close() {
      isClosed = true;
      await leaveAll([...making.values()], closing());
    },
  };
}

async function takeLock(path: string): Promise<FileLock> {
  try {
    return await lockFile(path);
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    throw new ProblemError("busy", {
      detail: `another server makes a file of this result; ask again in ${RETRY_AFTER_SECONDS} seconds`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}

const removed = () =>
  new ProblemError("unknown-job", { detail: "the job was removed meanwhile", field: "id" });

const closing = () =>
  new ProblemError("draining", { detail: "the server closes; ask again when it is up" });
