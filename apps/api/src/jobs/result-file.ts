/**
 * A job's result, which grows by whole chunks. A chunk is on the disk before the store books it, and
 * what the store has not booked is cut off when the file is opened: nothing is lost, nothing is doubled.
 */
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "@performer/durable-files";

export interface ResultFile {
  /** @returns length of the file with the chunk, which is then on the disk. */
  append(text: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param bookedBytes what of the file counts; the rest was written and never booked.
 * @returns "short" where the file holds less than was booked: it was damaged or removed.
 */
export async function openResultFile(
  path: string,
  bookedBytes: number,
): Promise<ResultFile | "short"> {
  const file = await open(path, "a+");
  try {
    const { size } = await file.stat();
    if (size < bookedBytes) {
      await file.close();
      return "short";
    }
    await file.truncate(bookedBytes);
    if (bookedBytes === 0) await syncFolder(dirname(path));
  } catch (error) {
    await file.close();
    throw error;
  }
  let length = bookedBytes;
  return {
    async append(text) {
      try {
        length += await writeWhole(file, Buffer.from(text));
        await file.datasync();
      } catch (error) {
        // the part of a chunk that went in before the disk was full takes room from others
        await file.truncate(length).catch(() => {});
        throw error;
      }
      return length;
    },
    close: () => file.close(),
  };
}

/** At the end of the file, which was opened for appending. */
async function writeWhole(file: FileHandle, bytes: Buffer): Promise<number> {
  for (let start = 0; start < bytes.length; ) {
    start += (await file.write(bytes, start)).bytesWritten;
  }
  return bytes.length;
}
