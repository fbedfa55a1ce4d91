/** Files that a crash cannot leave half-written under their name. */
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFile, syncFolder } from "./sync.ts";

/**
 * Makes or replaces `path` by what `write` puts into the file that it is given, `path`.partial. Where that
 * fails, the partial file goes and `path` stays as it was; what a killed process left is written over.
 */
export async function replaceFile(
  path: string,
  write: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await write(partial);
    await syncFile(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Writes a file of a folder that is itself renamed when it is whole.
 * @throws {Error} EEXIST where the file is there: nothing is overwritten.
 */
export async function writeNewFile(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: "wx", flush: true });
}
