/** SHA-256 and size of a file as it lies on the disk. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { FileEntry } from "@performer/schema";

const READ_BYTES = 1_048_576;

/** Feeds a whole file to hashes. @throws {Error} of Node where it cannot be read. */
export async function hashFile(path: string, hashes: readonly Hash[]): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    for (const hash of hashes) hash.update(chunk);
  }
}

/** @throws {Error} of Node where it cannot be read. */
export async function describeFile(path: string): Promise<FileEntry> {
  const sha256 = createHash("sha256");
  await hashFile(path, [sha256]);
  return { sha256: sha256.digest("hex"), sizeBytes: (await stat(path)).size };
}
