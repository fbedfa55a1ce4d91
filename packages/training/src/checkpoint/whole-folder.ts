/** A model folder that is whole or not there, and never takes another's place. */
import { join } from "node:path";
import { CheckpointError, MANIFEST_FILE } from "@performer/checkpoint";
import { createFolder, exists, writeNewFile } from "@performer/durable-files";
import type { CheckpointManifest } from "@performer/schema";

/**
 * @param fill writes the files into the folder that it is given, and says what the manifest shall.
 * @throws {CheckpointError} "exists" where the output is there.
 */
export async function writeWholeFolder(
  output: string,
  fill: (partial: string) => Promise<CheckpointManifest>,
): Promise<CheckpointManifest> {
  if (await exists(output)) {
    throw new CheckpointError(
      "exists",
      output,
      `writeWholeFolder: expected a new folder, got ${output}, which is there; name another, or move it away`,
    );
  }
  return createFolder(output, async (partial) => {
    const manifest = await fill(partial);
    // last: a folder is a model once it has a manifest
    await writeNewFile(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  });
}
