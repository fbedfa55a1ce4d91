/**
 * A run is a folder: runs/ID/{config.json, events.jsonl, tensorboard/, checkpoints/}, and origin.json where
 * it began with the weights of another. Its id is the folder's name and its config never changes, so that a run is one experiment and one curve.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "@performer/durable-files";
import { parseWith, RunConfig } from "@performer/schema";
import { differingFields } from "./differing-fields.ts";

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export interface RunPaths {
  readonly root: string;
  readonly config: string;
  readonly origin: string;
  readonly events: string;
  readonly lock: string;
  readonly tensorboard: string;
  readonly checkpoints: string;
}

/** Where the parts of a run lie. @param root the run's own folder, runs/ID. */
export function runPaths(root: string): RunPaths {
  return {
    root,
    config: join(root, "config.json"),
    origin: join(root, "origin.json"),
    events: join(root, "events.jsonl"),
    lock: join(root, "train.lock"),
    tensorboard: join(root, "tensorboard"),
    checkpoints: join(root, "checkpoints"),
  };
}

export class RunError extends Error {
  override readonly name = "RunError";
}

/** Whether a run may, must or must not exist already. */
export type ResumePolicy = "never" | "always" | "if-exists";

/**
 * Makes the run's folder, or finds it.
 * @returns the paths, and whether the folder was there before.
 * @throws {RunError} where the policy does not fit what is there; the text names the remedy.
 */
export async function openRunFolder(
  runsDirectory: string,
  runId: string,
  policy: ResumePolicy,
): Promise<{ paths: RunPaths; existed: boolean }> {
  if (!RUN_ID.test(runId)) {
    throw new RunError(
      `openRunFolder: expected a run id of letters, digits, ".", "_" and "-" (at most 64), got "${runId}"`,
    );
  }
  const paths = runPaths(join(runsDirectory, runId));
  if (policy === "always") {
    if ((await readRunConfig(paths.root)) === undefined) {
      throw new RunError(
        `openRunFolder: expected a run "${runId}" in ${runsDirectory}, got none; start it without resume`,
      );
    }
    return { paths, existed: true };
  }
  await mkdir(runsDirectory, { recursive: true });
  try {
    // not recursive: of two processes that start the same run, one gets EEXIST
    await mkdir(paths.root);
    return { paths, existed: false };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    if (policy === "if-exists") return { paths, existed: true };
    throw new RunError(
      `openRunFolder: expected a new run id, got "${runId}", which exists in ${runsDirectory}; resume it or choose another id`,
      { cause },
    );
  }
}

/** The config of a run, or undefined where the folder holds none. */
export async function readRunConfig(root: string): Promise<RunConfig | undefined> {
  const path = runPaths(root).config;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return parseWith(RunConfig, JSON.parse(text), path);
}

/**
 * Writes the config of a new run, or holds that of an existing one against it. Call under the lock.
 * @throws {RunError} naming what differs: the rest of a run must be trained as its start was.
 */
export async function settleRunConfig(paths: RunPaths, config: RunConfig): Promise<void> {
  const before = await readRunConfig(paths.root);
  if (before === undefined) {
    const text = `${JSON.stringify(config, null, 2)}\n`;
    await replaceFile(paths.config, (partial) => writeFile(partial, text));
    return;
  }
  const differing = differingFields(before, config).filter((field) => field !== "description");
  if (differing.length > 0) {
    throw new RunError(
      `settleRunConfig: expected the config that the run was started with, got other values of ${differing.join(", ")}; resume with ${paths.config} or start a new run`,
    );
  }
}
