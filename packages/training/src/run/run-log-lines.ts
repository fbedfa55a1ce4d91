/** Whole lines of a log that another process may be writing, from a place on that was read before. */
import { open } from "node:fs/promises";

export interface Position {
  /** The file's identity: a log that was cut back is another file under the same name. */
  readonly inode: number;
  /** Bytes read so far, up to a line break. */
  readonly offset: number;
}

/** Whole lines after `position`, or from the start where the file is another one by now. */
export async function readLinesAfter(
  path: string,
  position: Position | undefined,
): Promise<{ lines: string[]; position: Position; continued: boolean } | undefined> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { ino: inode, size } = await file.stat();
    const continued = position?.inode === inode && position.offset <= size;
    const start = continued ? position.offset : 0;
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    const end = buffer.subarray(0, bytesRead).lastIndexOf("\n") + 1;
    const lines = buffer.toString("utf8", 0, end).split("\n").slice(0, -1);
    return { lines, position: { inode, offset: start + end }, continued };
  } finally {
    await file.close();
  }
}
