/** A model folder that is whole or not there: filled under another name, then renamed; it never takes another's place. */
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CheckpointError, MANIFEST_FILE } from "@performer/checkpoint";
import type { CheckpointManifest } from "@performer/schema";
import { exists, syncFolder, writeDurably } from "./folder-files.ts";

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
  const partial = join(dirname(output), `.partial-${basename(output)}`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const manifest = await fill(partial);
    // last: a folder is a model once it has a manifest
    await writeDurably(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await syncFolder(partial);
    await rename(partial, output);
    await syncFolder(dirname(output));
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}
