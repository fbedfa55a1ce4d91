/**
 * Where a job's bytes lie: jobs/ID/{input, result.ndjson}, and results that were asked for in another
 * format. The folder is there before the job's row and goes after it, so a folder without a row is what
 * a killed process left, and is swept.
 */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type FileLock, isFileLocked, lockFile } from "@performer/file-lock";
import type { JobResultFormat } from "@performer/schema";
import type { JobTable } from "@performer/store";

const UPLOAD_LOCK = "upload.lock";

export interface JobPaths {
  readonly folder: string;
  /** FASTA as it was sent, compressed or not. */
  readonly input: string;
  readonly result: string;
}

export const jobPaths = (jobsDirectory: string, id: string): JobPaths => {
  const folder = join(jobsDirectory, id);
  return { folder, input: join(folder, "input"), result: resultPath(folder, "ndjson") };
};

export const resultPath = (folder: string, format: JobResultFormat) =>
  join(folder, `result.${format}`);

/** Makes the folder of a job that is being sent, and holds it against the sweep until it is released. */
export async function createJobFolder(
  jobsDirectory: string,
  id: string,
): Promise<{ paths: JobPaths; lock: FileLock }> {
  const paths = jobPaths(jobsDirectory, id);
  await mkdir(paths.folder, { recursive: true });
  return { paths, lock: await lockFile(join(paths.folder, UPLOAD_LOCK)) };
}

export async function removeJobFolder(jobsDirectory: string, id: string): Promise<void> {
  await rm(jobPaths(jobsDirectory, id).folder, { recursive: true, force: true });
}

/** The moment between a folder and its lock is far shorter. */
const LOCKED_WITHIN_MS = 60_000;

/** Removes every folder without a row that nobody is filling, in this process or another. */
export async function sweepJobFolders(
  jobsDirectory: string,
  jobs: Pick<JobTable, "get">,
): Promise<void> {
  const entries = await readdir(jobsDirectory, { withFileTypes: true });
  for (const { name: id } of entries.filter((entry) => entry.isDirectory())) {
    const folder = await stat(join(jobsDirectory, id)).catch(() => null);
    if (folder === null || Date.now() - folder.mtimeMs < LOCKED_WITHIN_MS) continue;
    const isBeingSent = await isFileLocked(join(jobsDirectory, id, UPLOAD_LOCK));
    // the row is there before the lock is released, so it is asked for after the lock
    if (!isBeingSent && (await jobs.get(id)) === null) await removeJobFolder(jobsDirectory, id);
  }
}
