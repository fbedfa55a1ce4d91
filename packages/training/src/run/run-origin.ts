/**
 * Where a run's first weights come from, if they were not drawn: runs/ID/origin.json. It stands there
 * from the first moment, so that a run that was killed before its first checkpoint cannot go on from
 * other weights than it began with.
 */
import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { replaceFile } from "@performer/durable-files";
import { CheckpointOrigin, parseWith } from "@performer/schema";
import { RunError, type RunPaths } from "./run-folder.ts";

/**
 * Writes the origin of a new run, or holds that of an existing one against it. Call under the lock.
 * @param origin undefined where the weights are drawn, or a checkpoint of the run itself has them.
 * @returns the run's origin.
 * @throws {RunError} where the run began from another.
 */
export async function settleRunOrigin(
  paths: Pick<RunPaths, "origin">,
  origin: CheckpointOrigin | undefined,
  { hasBegun }: { readonly hasBegun: boolean },
): Promise<CheckpointOrigin | undefined> {
  const before = await readOrigin(paths.origin);
  if (before === undefined && origin !== undefined && !hasBegun) {
    const text = `${JSON.stringify(origin)}\n`;
    await replaceFile(paths.origin, (partial) => writeFile(partial, text));
    return origin;
  }
  if (origin !== undefined && !isDeepStrictEqual(before, origin)) {
    throw new RunError(
      `settleRunOrigin: expected the run to go on from what it began with (${describe(before)}), got ${describe(origin)}; start a new run`,
    );
  }
  return before;
}

async function readOrigin(path: string): Promise<CheckpointOrigin | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseWith(CheckpointOrigin, JSON.parse(text), path);
}

const describe = (origin: CheckpointOrigin | undefined) =>
  origin === undefined ? "weights of its own" : `${origin.name} at step ${origin.step}`;
