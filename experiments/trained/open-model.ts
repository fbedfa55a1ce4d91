/** The trained model that an experiment asks: the one that ships, or a folder that is named. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type LoadedCheckpoint, listModels, loadCheckpoint } from "@performer/training";

export interface TrainedModel extends LoadedCheckpoint {
  /** For pages: "models/5m". */
  readonly name: string;
}

/** As the parameter of an experiment that means the newest model under models/. */
export const SHIPPED = "shipped";

/**
 * @param root folder of the clone.
 * @param asked `SHIPPED`, or a model's or checkpoint's folder, relative to the clone.
 * @throws {Error} with the remedy, where there is none.
 */
export async function openModel(root: string, asked: string): Promise<TrainedModel> {
  const name = asked === SHIPPED ? await newestShipped(root) : asked;
  const folder = resolve(root, name);
  if (!existsSync(folder)) {
    throw new Error(
      `openModel: expected the folder of a model or a checkpoint, got ${asked}: there is no such folder; name one with --checkpoint`,
    );
  }
  return { name, ...(await loadCheckpoint(folder)) };
}

async function newestShipped(root: string): Promise<string> {
  const [newest] = await listModels(join(root, "models"));
  if (newest === undefined) {
    throw new Error(
      "openModel: there is no model under models/; train and export one (models/README.md), or name a checkpoint with --checkpoint",
    );
  }
  return `models/${newest.name}`;
}
