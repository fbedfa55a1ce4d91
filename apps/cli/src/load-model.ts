/** The model that a command computes with: the backend is loaded, then the weights. */
import { join, relative } from "node:path";
import { type Backend, loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import {
  CheckpointError,
  type CompiledModel,
  compileModel,
  type LoadedCheckpoint,
  loadCheckpoint,
} from "@performer/training";
import { findModel, type ModelNeed } from "./find-model.ts";

export interface ModelOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly eager?: true;
  /** Of a model that nobody named; any without. */
  readonly need?: ModelNeed;
}

export interface LoadedModel extends LoadedCheckpoint {
  /** The folder that it was loaded from. */
  readonly directory: string;
  /** What computes. */
  readonly backend: Backend;
  /** The same model as TensorFlow graphs; null where there is no TensorFlow, or eager was asked. */
  readonly compiled: CompiledModel | null;
}

/**
 * @throws {Error} with the remedy, where there is no model, or it is damaged.
 */
export async function loadModel(
  root: string,
  { checkpoint, backend: prefer, eager, need }: ModelOptions,
): Promise<LoadedModel> {
  const directory = await findModel(root, checkpoint, need);
  const { backend } = await loadRuntime({ root, prefer });
  const loaded = await loadOrExplain(root, directory);
  const libraries = backend === "tensorflow" && !eager ? tensorflowLibraries(root) : null;
  const compiled = libraries && (await compileModel({ model: loaded.model, libraries }));
  return { ...loaded, directory, backend, compiled };
}

/** What ships with the clone comes back with git. */
async function loadOrExplain(root: string, directory: string): Promise<LoadedCheckpoint> {
  try {
    return await loadCheckpoint(directory);
  } catch (cause) {
    const name = relative(join(root, "models"), directory);
    const isShipped = name !== "" && !name.startsWith("..");
    if (!(cause instanceof CheckpointError && isShipped)) throw cause;
    throw new Error(
      `${cause.message}; a model that ships comes back with: git checkout -- models/${name}`,
      {
        cause,
      },
    );
  }
}
