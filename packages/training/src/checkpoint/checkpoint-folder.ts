/**
 * The folder that holds a run's checkpoints: names, order, retention. A checkpoint exists once its
 * folder has its final name, which only a rename of a complete folder gives; names with a leading
 * dot are work in progress or on their way out, and no reader looks at them.
 */
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { namesIn, PARTIAL_FOLDER } from "@performer/durable-files";

export interface CheckpointLocation {
  readonly name: string;
  readonly step: number;
  readonly path: string;
}

const NAME = /^step-(\d{8,})$/;
const REMOVED = ".removed-";

/** "step-00000200": sorts by step as text. */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, "0")}`;
}

/** Whole checkpoints, oldest first; [] where the folder does not exist. */
export async function listCheckpoints(directory: string): Promise<CheckpointLocation[]> {
  const names = await namesIn(directory);
  return names
    .flatMap((name) => {
      const step = NAME.exec(name)?.[1];
      return step === undefined ? [] : [{ name, step: Number(step), path: join(directory, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** The newest whole checkpoint, or undefined where there is none. */
export async function latestCheckpoint(directory: string): Promise<CheckpointLocation | undefined> {
  return (await listCheckpoints(directory)).at(-1);
}

/** Removes all but the newest `keep` checkpoints, and what a killed writer left behind. */
export async function pruneCheckpoints(directory: string, keep: number): Promise<void> {
  for (const { name, path } of (await listCheckpoints(directory)).slice(0, -keep)) {
    // renamed first: a half-deleted folder must not look like a checkpoint
    await rename(path, join(directory, REMOVED + name));
  }
  for (const name of await namesIn(directory)) {
    if (name.startsWith(PARTIAL_FOLDER) || name.startsWith(REMOVED)) {
      await rm(join(directory, name), { recursive: true, force: true });
    }
  }
}
