/** Folders that are whole or not there: filled under another name, then renamed; none takes another's place. */
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "./sync.ts";

/** How the name of a folder begins that is being filled, or that a killed process left. */
export const PARTIAL_FOLDER = ".partial-";

/**
 * @param path a new folder; the folders above it are made.
 * @param fill writes the files, and waits for the disk where they must outlive a loss of power.
 * @returns what `fill` did.
 * @throws {Error} of Node where a folder that holds something is there, besides what `fill` throws; nothing
 *   is left behind then.
 */
export async function createFolder<Result>(
  path: string,
  fill: (partial: string) => Promise<Result>,
): Promise<Result> {
  const partial = join(dirname(path), PARTIAL_FOLDER + basename(path));
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const result = await fill(partial);
    await syncFolder(partial);
    await rename(partial, path);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}
