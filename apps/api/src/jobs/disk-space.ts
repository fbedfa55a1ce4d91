/** Whether the disk takes more bytes: asked before it is written to, and read from what writing threw. */
import { statfs } from "node:fs/promises";
import { ProblemError } from "../problem.ts";

/** Left to everything else on the disk, the store's own log first. */
export const DISK_RESERVE_BYTES = 64 * 1_048_576;

/** Bytes that this user may still write in `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** No space, over quota, or over the process's limit of a file (`ulimit -f`). */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}

export const diskFull = (detail: string) => new ProblemError("disk-full", { detail });
