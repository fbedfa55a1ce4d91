/** The model that a command computes with: the backend is loaded, then the checkpoint. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findNewestCheckpoint } from "@performer/api";
import { type Backend, loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import {
  type CompiledModel,
  compileModel,
  type LoadedCheckpoint,
  latestCheckpoint,
  loadCheckpoint,
} from "@performer/training";
import { resolveUserPath } from "./clone-root.ts";

export interface ModelOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly eager?: true;
}

export interface LoadedModel extends LoadedCheckpoint {
  /** The same model as TensorFlow graphs; null where there is no TensorFlow, or eager was asked. */
  readonly compiled: CompiledModel | null;
}

/**
 * @param checkpoint a checkpoint's folder, or a run's, of which the newest is taken; default: the
 *   newest checkpoint under runs/.
 * @throws {Error} with the remedy, where there is none.
 */
export async function loadModel(
  root: string,
  { checkpoint, backend: prefer, eager }: ModelOptions,
): Promise<LoadedModel> {
  const directory = await findCheckpoint(root, checkpoint);
  const { backend } = await loadRuntime({ root, prefer });
  const loaded = await loadCheckpoint(directory);
  const libraries = backend === "tensorflow" && !eager ? tensorflowLibraries(root) : null;
  const compiled = libraries && (await compileModel({ model: loaded.model, libraries }));
  return { ...loaded, compiled };
}

/** @param asked a checkpoint's folder, or a run's; default: the newest checkpoint under runs/. */
export async function findCheckpoint(root: string, asked: string | undefined): Promise<string> {
  if (asked === undefined) {
    const newest = await findNewestCheckpoint(join(root, "runs"));
    if (newest !== undefined) return newest.directory;
    throw new Error(
      "findCheckpoint: there is no checkpoint under runs/ yet; train one with performer demo, or name one with --checkpoint",
    );
  }
  const directory = resolveUserPath(root, asked);
  if (!existsSync(directory)) {
    throw new Error(
      `findCheckpoint: expected the folder of a checkpoint or a run, got ${asked}: there is no such folder`,
    );
  }
  return (await latestCheckpoint(join(directory, "checkpoints")))?.path ?? directory;
}
