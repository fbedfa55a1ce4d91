/** A JSON file that a person named, checked by its schema; errors name the file as the person wrote it. */
import { readFile } from "node:fs/promises";
import { parseWith } from "@performer/schema";

export interface JsonFile<Schema extends Parameters<typeof parseWith>[0]> {
  readonly path: string;
  /** The file's name for messages. */
  readonly shown: string;
  readonly schema: Schema;
  /** What to do where there is no such file: "name a JSON file such as …". */
  readonly remedy: string;
}

/**
 * @throws {Error} where it cannot be read or is not JSON. @throws {SchemaError} naming each wrong field.
 */
export async function readJson<Schema extends Parameters<typeof parseWith>[0]>({
  path,
  shown,
  schema,
  remedy,
}: JsonFile<Schema>): Promise<ReturnType<typeof parseWith<Schema>>> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`readJson: ${shown} cannot be read (${cause.code}); ${remedy}`, { cause });
  });
  return parseWith(schema, parseJson(text, shown), shown);
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`readJson: ${shown} is not JSON: ${reason}`, { cause });
  }
}
