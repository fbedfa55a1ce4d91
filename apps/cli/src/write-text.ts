/** Where a command's result goes: standard output as it comes, or a file that is whole or not there. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { replaceFile } from "@performer/durable-files";

/** @param output absolute path, which appears when all is written; undefined: standard output. */
export async function writeText(
  pieces: AsyncIterable<string> | Iterable<string>,
  output: string | undefined,
): Promise<void> {
  const text = Readable.from(pieces);
  if (output === undefined) {
    await pipeline(text, process.stdout, { end: false });
    return;
  }
  await replaceFile(output, (partial) => pipeline(text, createWriteStream(partial)));
}
