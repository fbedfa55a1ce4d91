/**
 * Where a run's events go: runs/ID/events.jsonl (every reader's source) and TensorBoard. Each event
 * is one write, so a kill leaves at most a torn last line. Every step is logged in runs of up to
 * 10,000 steps; longer runs log every second, third, … step, so that the file stays readable in one
 * gulp (about 3 MB). Evaluations, checkpoints, start and end are always logged.
 */
import { open, readFile, writeFile } from "node:fs/promises";
import { replaceFile } from "@performer/durable-files";
import type { RunEvent } from "@performer/schema";
import { openEventFile } from "../tensorboard/event-file.ts";
import { parseEvent } from "./run-events.ts";
import type { RunPaths } from "./run-folder.ts";

const MAX_LOGGED_STEPS = 10_000;

export interface RunLog {
  append(event: RunEvent): Promise<void>;
  close(): Promise<void>;
}

export interface RunLogOptions {
  readonly totalSteps: number;
  /** Step of the checkpoint from which the run goes on; 0 for a fresh start. */
  readonly resumedFrom: number;
}

/** Opens the log for appending, cut back to what had happened at the checkpoint. */
export async function openRunLog(
  paths: RunPaths,
  { totalSteps, resumedFrom }: RunLogOptions,
): Promise<RunLog> {
  await cutBack(paths.events, resumedFrom);
  const lines = await open(paths.events, "a");
  const tensorboard = await openEventFile(paths.tensorboard, new Date());
  const logEvery = Math.ceil(totalSteps / MAX_LOGGED_STEPS);
  return {
    async append(event) {
      if (event.type === "step" && event.step % logEvery !== 0) return;
      await lines.appendFile(`${JSON.stringify(event)}\n`);
      await tensorboard.append(event);
    },
    async close() {
      await lines.close();
      await tensorboard.close();
    },
  };
}

/** Writes each event to the log before handing it on; closes the log at the end, come what may. */
export async function* withRunLog(
  events: AsyncIterable<RunEvent>,
  log: RunLog,
): AsyncGenerator<RunEvent> {
  try {
    for await (const event of events) {
      await log.append(event);
      yield event;
    }
  } finally {
    await log.close();
  }
}

/**
 * Drops what the resumed run will do again (steps after the checkpoint), the earlier "end", and a
 * torn last line. The shorter log is a new file under the old name, which `followRunEvents` notices.
 */
async function cutBack(path: string, resumedFrom: number): Promise<void> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n").slice(0, -1);
  const events = lines.map((line, index) => parseEvent(line, `${path}:${index + 1}`));
  const keep = events.findIndex((event) => event.step > resumedFrom || event.type === "end");
  const kept = (keep < 0 ? lines : lines.slice(0, keep)).map((line) => `${line}\n`).join("");
  if (kept === text) return;
  await replaceFile(path, (partial) => writeFile(partial, kept));
}
