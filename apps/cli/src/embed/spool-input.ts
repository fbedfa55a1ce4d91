/** Standard input as a file: it must be read twice, and again when a killed run goes on. */
import { createWriteStream, existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { replaceFile } from "@performer/durable-files";

const STANDARD_INPUT = "-";

/**
 * The files, standard input replaced by its copy in `folder`, which is made unless it is there already.
 * @param resume takes a copy that a run before made, and leaves standard input unread.
 */
export async function spoolInput(
  files: readonly string[],
  folder: string,
  { resume }: { readonly resume: boolean },
): Promise<string[]> {
  if (!files.includes(STANDARD_INPUT)) return [...files];
  const copy = join(folder, "standard-input.fasta");
  if (!(resume && existsSync(copy))) {
    await mkdir(folder, { recursive: true });
    await replaceFile(copy, (partial) => pipeline(process.stdin, createWriteStream(partial)));
  }
  return files.map((file) => (file === STANDARD_INPUT ? copy : file));
}
