/** Checksums of files of any size, read a piece at a time. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Each piece costs a turn of the event loop. */
const READ_BYTES = 1_048_576;

export interface FileDigest {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** @throws {Error} of Node where the file cannot be read. */
export async function digestFile(path: string): Promise<FileDigest> {
  const sha256 = createHash("sha256");
  const sizeBytes = await hashFile(path, [sha256]);
  return { sha256: sha256.digest("hex"), sizeBytes };
}

/** Feeds a whole file to hashes. @returns its size. @throws {Error} of Node where it cannot be read. */
export async function hashFile(path: string, hashes: readonly Hash[]): Promise<number> {
  const pieces: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: READ_BYTES });
  let sizeBytes = 0;
  for await (const piece of pieces) {
    for (const hash of hashes) hash.update(piece);
    sizeBytes += piece.length;
  }
  return sizeBytes;
}
