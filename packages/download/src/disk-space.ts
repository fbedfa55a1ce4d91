/** Whether a file will fit, before hours of downloading. */
import { statfs } from "node:fs/promises";
import { DownloadError } from "./download-error.ts";

/** Left for manifests and for whatever else runs on the machine. */
const SPARE_BYTES = 67_108_864;

/** @throws {DownloadError} where the file system of `folder` has less free than `sizeBytes` and a margin. */
export async function assertDiskSpace(folder: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= sizeBytes + SPARE_BYTES) return;
  throw new DownloadError(
    `download: expected ${inGigabytes(sizeBytes + SPARE_BYTES)} free for ${folder}, got ${inGigabytes(free)}; free some space, or choose --output on another disk`,
  );
}

const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
