/** One point of memory in a process of its own: the peak of a process does not fall again. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { MemoryPoint } from "./result.ts";

export interface PeakPoint extends Pick<MemoryPoint, "attention" | "window"> {
  readonly tokens: number;
  readonly precision: "float32" | "bf16";
}

/** @returns bytes. @throws {Error} with the process's output where it fails. */
export async function runPeak(point: PeakPoint): Promise<number> {
  const program = join(import.meta.dirname, "peak.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(point)]);
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  return (JSON.parse(last) as { peakBytes: number }).peakBytes;
}
