/**
 * The files of a model of the hub into a folder, one after another, each resumed and held against the
 * hub's checksum. A file that is whole is not fetched again, so a pull that was stopped goes on. One
 * process at a time works in the folder.
 */
import { createHash } from "node:crypto";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { hashFile, sizeOf } from "@performer/durable-files";
import { lockFile } from "@performer/file-lock";
import { assertDiskSpace } from "../disk-space.ts";
import { discardFile, fetchFile, OtherFileError } from "../fetch-file.ts";
import { type Progress, SILENT } from "../progress.ts";
import { RETRY, type RetryOptions, withRetry } from "../retry.ts";
import { describeHubFile, type HubFile } from "./describe-hub-file.ts";
import { HUB, type HubModel } from "./hub-models.ts";

export interface FetchHubModelOptions {
  readonly model: HubModel;
  /** Names in the repository. */
  readonly files: readonly string[];
  /** Made where it is not there. */
  readonly folder: string;
  /** Address of the hub, or of a mirror of it. */
  readonly hub?: string | undefined;
  readonly retry?: RetryOptions | undefined;
  readonly stallMs?: number | undefined;
  readonly progress?: Progress | undefined;
  /** The option that names the address, for messages. */
  readonly option: string;
}

const STALL_MS = 60_000;

/**
 * @throws {DownloadError} where a file cannot be had, does not fit on the disk, or is not what the hub
 *   says. @throws {PassingError} where the hub stayed away; what has come is kept.
 * @throws {LockHeldError} where another process works in the folder.
 */
export async function fetchHubModel(options: FetchHubModelOptions): Promise<void> {
  const { model, files, folder, hub = HUB, stallMs = STALL_MS, option } = options;
  const { repository, revision } = model;
  await mkdir(folder, { recursive: true });
  const lock = await lockFile(join(folder, ".lock"));
  try {
    for (const name of files) {
      const base = hub.endsWith("/") ? hub : `${hub}/`;
      const url = new URL(`${repository}/resolve/${revision}/${name}`, base).href;
      const retry = options.retry ?? RETRY;
      const described = await withRetry(
        () => describeHubFile(url, { revision, stallMs, option }),
        retry,
      );
      await fetchOne(url, join(folder, name), described, { ...options, retry, stallMs });
    }
  } finally {
    await lock.release();
  }
}

async function fetchOne(
  url: string,
  path: string,
  file: HubFile,
  {
    folder,
    option,
    retry,
    stallMs,
    progress = SILENT,
  }: FetchHubModelOptions & { retry: RetryOptions; stallMs: number },
): Promise<void> {
  if ((await sizeOf(path)) === file.sizeBytes && (await hasChecksum(path, file))) return;
  const partial = `${path}.partial`;
  await assertDiskSpace(folder, file.sizeBytes - (await sizeOf(partial)));
  await fetchFile({
    url,
    path: partial,
    sizeBytes: file.sizeBytes,
    retry,
    stallMs,
    progress,
    option,
  });
  if (!(await hasChecksum(partial, file))) {
    await discardFile(partial);
    throw new OtherFileError(
      `download: expected ${url} with ${file.checksum.kind} ${file.checksum.value} as the hub says, got other bytes; they were removed: run it again, and if that fails too, use another ${option}`,
    );
  }
  await rename(partial, path);
}

async function hasChecksum(path: string, { checksum, sizeBytes }: HubFile): Promise<boolean> {
  const hash = createHash(checksum.kind === "sha256" ? "sha256" : "sha1");
  // git hashes a blob behind a header
  if (checksum.kind === "git-blob-sha1") hash.update(`blob ${sizeBytes}\0`);
  await hashFile(path, [hash]);
  return hash.digest("hex") === checksum.value;
}
