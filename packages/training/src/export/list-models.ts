/** The exported models of a folder, such as models/ of the clone: one folder a model. */

import { join } from "node:path";
import { MANIFEST_FILE } from "@performer/checkpoint";
import { exists, namesIn } from "@performer/durable-files";
import type { CheckpointManifest } from "@performer/schema";
import { readManifest } from "../checkpoint/load-checkpoint.ts";

export interface ModelLocation {
  /** The folder's. */
  readonly name: string;
  readonly path: string;
  readonly manifest: CheckpointManifest;
}

/**
 * Newest first; [] where the folder does not exist. Folders without a manifest are no models.
 * @throws {CheckpointError} where a manifest is damaged or of another version.
 */
export async function listModels(directory: string): Promise<ModelLocation[]> {
  const models: ModelLocation[] = [];
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    if (name.startsWith(".") || !(await exists(join(path, MANIFEST_FILE)))) continue;
    models.push({ name, path, manifest: await readManifest(path) });
  }
  return models.sort((a, b) => Date.parse(b.manifest.createdAt) - Date.parse(a.manifest.createdAt));
}
