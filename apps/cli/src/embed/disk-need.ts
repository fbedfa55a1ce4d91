/** Whether what a run writes fits on the disk: asked before days are spent on it. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

export interface DiskNeed {
  readonly output: string;
  /** Of the finished file. */
  readonly outputBytes: number;
  /** Of what lies beside it until it is finished. */
  readonly partsBytes: number;
}

/**
 * What is written, in words.
 * @throws {Error} with the remedy where it does not fit.
 */
export async function assertDiskSpace({
  output,
  outputBytes,
  partsBytes,
}: DiskNeed): Promise<string> {
  const { bavail, bsize } = await statfs(dirname(output));
  const [needed, free] = [outputBytes + partsBytes, bavail * bsize];
  if (needed > free) {
    throw new Error(
      `assertDiskSpace: expected ${formatBytes(needed)} free in ${dirname(output)} (${formatBytes(outputBytes)} for the output, ${formatBytes(partsBytes)} for the parts of the run), got ${formatBytes(free)}; write to another disk, halve it with --dtype f16, leave out --per-residue, or split the work with --shard`,
    );
  }
  const parts = partsBytes > 0 ? `, ${formatBytes(needed)} with the parts of the run` : "";
  return `${formatBytes(outputBytes)}${parts}; ${formatBytes(free)} free`;
}

/** Decimal units, as `ls --si` and disk makers have them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"] as const;
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
