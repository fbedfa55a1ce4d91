/** Which folder a command loads: the one that was named, or the default. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findNewestCheckpoint } from "@performer/api";
import type { ModelConfig } from "@performer/schema";
import { type CheckpointChoice, listModels, selectCheckpoint } from "@performer/training";
import { resolveUserPath } from "./clone-root.ts";

/** What a command needs of a model that nobody named. */
export interface ModelNeed {
  readonly fits: (config: ModelConfig) => boolean;
  /** "causal model"; shown where there is none. */
  readonly what: string;
  /** How to get one: "train one with …". */
  readonly remedy: string;
}

const ANY_MODEL: ModelNeed = {
  fits: () => true,
  what: "model",
  remedy: "train one with performer demo",
};

/**
 * @param asked a checkpoint's or a model's folder, or a run's, of which the newest checkpoint is taken.
 *   Default: the newest model under models/ that fits, else the newest checkpoint under runs/.
 * @throws {Error} with the remedy, where there is none.
 * @throws {CheckpointError} where a model under models/ has a damaged manifest.
 */
export async function findModel(
  root: string,
  asked: string | undefined,
  need: ModelNeed = ANY_MODEL,
): Promise<string> {
  if (asked !== undefined) return selectRunCheckpoint(root, asked, "last");
  const found = await findDefaultModel(root, need.fits);
  if (found !== undefined) return found;
  throw new Error(
    `findModel: there is no ${need.what} under models/ or runs/ yet; ${need.remedy}, or name one with --checkpoint`,
  );
}

/** What a command loads where nobody named a model; undefined where there is none. */
export async function findDefaultModel(
  root: string,
  fits = ANY_MODEL.fits,
): Promise<string | undefined> {
  const models = await listModels(join(root, "models"));
  const shipped = models.find(({ manifest }) => fits(manifest.model));
  return shipped?.path ?? (await findNewestCheckpoint(join(root, "runs"), fits))?.directory;
}

/**
 * The folder itself, or of a run's the checkpoint that is asked for.
 * @throws {Error} where there is no such folder.
 */
export async function selectRunCheckpoint(
  root: string,
  asked: string,
  choice: CheckpointChoice,
): Promise<string> {
  const directory = resolveUserPath(root, asked);
  if (!existsSync(directory)) {
    throw new Error(
      `findModel: expected the folder of a model, a checkpoint or a run, got ${asked}: there is no such folder`,
    );
  }
  return (await selectCheckpoint(join(directory, "checkpoints"), choice))?.path ?? directory;
}
