/** A run config from a JSON file, with errors that name the file as the person wrote it. */
import { readFile } from "node:fs/promises";
import { parseWith, RunConfig } from "@performer/schema";

/**
 * @param shown the file's name for messages.
 * @throws {Error} where it cannot be read or is not JSON. @throws {SchemaError} naming each wrong field.
 */
export async function readConfig(path: string, shown: string): Promise<RunConfig> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new Error(
      `readConfig: ${shown} cannot be read (${cause.code}); name a JSON file such as configs/demo.json`,
      { cause },
    );
  });
  return parseWith(RunConfig, parseJson(text, shown), shown);
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`readConfig: ${shown} is not JSON: ${reason}`, { cause });
  }
}
