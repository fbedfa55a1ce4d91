/** The runs of a folder at a glance, from their logs: nothing is kept besides the files. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isFileLocked } from "@performer/file-lock";
import type { RunSummary } from "@performer/schema";
import { readRunEvents } from "./run-events.ts";
import { runPaths } from "./run-folder.ts";

/**
 * Newest start first. A folder without a "start" event is not a run yet and is left out; a missing
 * runs folder is an empty list.
 */
export async function listRuns(runsDirectory: string): Promise<RunSummary[]> {
  const entries = await readdir(runsDirectory, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    },
  );
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const runs = await Promise.all(folders.map((id) => summarizeRun(runsDirectory, id)));
  return runs
    .filter((run) => run !== undefined)
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt) || a.id.localeCompare(b.id));
}

/** One run, or undefined where it has not started. */
export async function summarizeRun(
  runsDirectory: string,
  id: string,
): Promise<RunSummary | undefined> {
  const root = join(runsDirectory, id);
  const events = await readRunEvents(root);
  const start = events.find((event) => event.type === "start");
  const last = events.at(-1);
  if (start === undefined || last === undefined) return undefined;
  const training = events.findLast((event) => event.type === "step");
  const evaluation = events.findLast((event) => event.type === "evaluation");
  return {
    id,
    status: await runStatus(root, last.type === "end" ? last.reason : null),
    step: last.step,
    totalSteps: start.totalSteps,
    startedAt: start.time,
    updatedAt: last.time,
    baseline: start.baseline,
    ...(training && { lastTraining: training.metrics }),
    ...(evaluation && { lastEvaluation: evaluation.metrics }),
  };
}

/**
 * A log without an end is that of a running process, or of one that was killed.
 * @param end why the log ended, or null.
 */
export async function runStatus(
  root: string,
  end: "finished" | "stopped" | "failed" | null,
): Promise<RunSummary["status"]> {
  return end ?? ((await isFileLocked(runPaths(root).lock)) ? "running" : "interrupted");
}
