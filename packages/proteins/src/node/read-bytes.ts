/** The bytes of one file. What stops it from being opened is said with the remedy. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";

/** Larger than Node's 64 KiB: fewer, larger chunks are what the readers like. */
const READ_BYTES = 262_144;

/** @throws {Error} with Node's error as cause, where the file cannot be opened or read. */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new Error(explain(path, error), { cause: error });
  }
}

/** @param path as it was given; the message has it as it was looked up. */
function explain(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return `expected a file at ${resolve(path)}, got none (ENOENT); check the path and the folder it starts from`;
    case "EISDIR":
      return `expected a file at ${resolve(path)}, got a folder (EISDIR); give the files that are in it`;
    case "EACCES":
    case "EPERM":
      return `expected a file that may be read, got ${code} for ${resolve(path)}; change its permissions (chmod +r) or run as its owner`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
