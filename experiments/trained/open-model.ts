/** The trained model that an experiment asks: the one that ships, or a folder that is named. */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import {
  type LoadedCheckpoint,
  latestCheckpoint,
  listModels,
  loadCheckpoint,
} from "@performer/training";

export interface TrainedModel extends LoadedCheckpoint {
  /** For pages: "models/5m"; of a folder outside the clone the name in its manifest. */
  readonly name: string;
}

/** As the parameter of an experiment that means the newest bidirectional model under models/. */
export const SHIPPED = "shipped";

/**
 * @param root folder of the clone.
 * @param asked `SHIPPED`, or the folder of a model, a checkpoint or a run, relative to the clone; of a run
 *   its newest checkpoint is taken.
 * @throws {Error} with the remedy, where there is none.
 * @throws {CheckpointError} where it is damaged.
 */
export async function openModel(root: string, asked: string): Promise<TrainedModel> {
  const folder = asked === SHIPPED ? await newestShipped(root) : await namedFolder(root, asked);
  const loaded = await loadCheckpoint(folder);
  const inClone = relative(root, folder);
  return { name: inClone.startsWith("..") ? loaded.manifest.name : inClone, ...loaded };
}

async function newestShipped(root: string): Promise<string> {
  const models = await listModels(join(root, "models"));
  const shipped = models.find(({ manifest }) => manifest.model.direction === "bidirectional");
  if (shipped === undefined) {
    throw new Error(
      "openModel: there is no bidirectional model under models/; train and export one (models/README.md), or name a checkpoint with --checkpoint",
    );
  }
  return shipped.path;
}

async function namedFolder(root: string, asked: string): Promise<string> {
  const folder = resolve(root, asked);
  if (!existsSync(folder)) {
    throw new Error(
      `openModel: expected the folder of a model, a checkpoint or a run, got ${asked}: there is no such folder; name one with --checkpoint`,
    );
  }
  return (await latestCheckpoint(join(folder, "checkpoints")))?.path ?? folder;
}
