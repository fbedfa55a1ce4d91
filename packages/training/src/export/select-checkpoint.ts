/** Which of a run's checkpoints is worth exporting. */
import {
  type CheckpointLocation,
  latestCheckpoint,
  listCheckpoints,
} from "../checkpoint/checkpoint-folder.ts";
import { readManifest } from "../checkpoint/load-checkpoint.ts";

/** best: least validation loss of those that were evaluated. last: the highest step. */
export type CheckpointChoice = "best" | "last";

/**
 * @param directory the folder of a run's checkpoints.
 * @returns undefined where there is none. Where none was evaluated, the best is the last.
 * @throws {CheckpointError} where a manifest is damaged.
 */
export async function selectCheckpoint(
  directory: string,
  choice: CheckpointChoice,
): Promise<CheckpointLocation | undefined> {
  if (choice === "last") return latestCheckpoint(directory);
  let best: { readonly location: CheckpointLocation; readonly loss: number } | undefined;
  for (const location of await listCheckpoints(directory)) {
    const loss = (await readManifest(location.path)).metrics.validation?.loss;
    if (loss !== undefined && loss < (best?.loss ?? Number.POSITIVE_INFINITY)) {
      best = { location, loss };
    }
  }
  return best?.location ?? latestCheckpoint(directory);
}
