/**
 * Starts the process of a point and watches it: one that holds more memory than the bound, or takes
 * longer, is killed, and what it was doing counts as ended by that bound. Memory is read from /proc
 * (Linux): TensorFlow reserves far more address space than it uses, so a limit of that would lie.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { PointLine, PointRequest } from "./point.ts";
import type { Mode } from "./result.ts";

export interface PointBounds {
  readonly memoryBytes: number;
  readonly timeMs: number;
}

export interface PointOutcome {
  readonly startBytes: number;
  /** Of the modes that were done. */
  readonly figures: Partial<Record<Mode, { milliseconds: number; peakBytes: number }>>;
  /** The mode in which a bound was met. */
  readonly ended: { readonly mode: Mode; readonly by: "memory" | "time" } | null;
}

const LOOK_EVERY_MS = 20;

/** @throws {Error} with its last words where the process failed by itself. */
export async function runPoint(request: PointRequest, bounds: PointBounds): Promise<PointOutcome> {
  const script = join(import.meta.dirname, "point.mjs");
  const child = spawn(process.execPath, [script, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  let endedBy: "memory" | "time" | null = null;
  const end = (by: "memory" | "time") => {
    endedBy ??= by;
    child.kill("SIGKILL");
  };
  const watch = setInterval(() => {
    if (residentBytes(child.pid) > bounds.memoryBytes) end("memory");
  }, LOOK_EVERY_MS);
  const timer = setTimeout(() => end("time"), bounds.timeMs);
  const complaints: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));

  let startBytes = 0;
  const figures: PointOutcome["figures"] = {};
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  for await (const text of createInterface({ input: child.stdout })) {
    if (!text.startsWith("{")) continue;
    const line = JSON.parse(text) as PointLine;
    if ("startBytes" in line) startBytes = line.startBytes;
    else {
      const { mode, milliseconds, peakBytes } = line;
      figures[mode] = { milliseconds, peakBytes };
    }
  }
  const code = await closed;
  clearInterval(watch);
  clearTimeout(timer);
  const open = request.modes.find((mode) => figures[mode] === undefined);
  if (open === undefined) return { startBytes, figures, ended: null };
  if (endedBy === null) {
    const { mechanism, length } = request;
    throw new Error(
      `runPoint: ${mechanism} at L ${length} ended with code ${code}: ${complaints.join("").slice(-2000)}`,
    );
  }
  return { startBytes, figures, ended: { mode: open, by: endedBy } };
}

/** Resident memory of a process; 0 once it is gone. */
function residentBytes(pid: number | undefined): number {
  try {
    const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}
