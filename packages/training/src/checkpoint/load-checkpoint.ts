/**
 * Reads a checkpoint and trusts nothing: format version, manifest, size and SHA-256 of each file that
 * is used, then names and shapes of the tensors against the model config.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  assembleModel,
  CheckpointError,
  MANIFEST_FILE,
  parseManifest,
  toTensor,
  verifyFile,
  WEIGHTS_FILE,
} from "@performer/checkpoint";
import { digestFile } from "@performer/durable-files";
import type { PerformerModel } from "@performer/performer";
import type { CheckpointManifest } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors, OptimizerState } from "../optimizer/transform.ts";
import { readSafetensors } from "./safetensors-file.ts";
import { TRAINING_FILE } from "./save-checkpoint.ts";

export interface LoadedCheckpoint {
  readonly manifest: CheckpointManifest;
  /** The caller's to dispose of. */
  readonly model: PerformerModel;
}

/**
 * The model of a checkpoint. The optimiser's slots are neither read nor needed.
 * @param path the checkpoint's folder.
 * @throws {CheckpointError} whose `fault` says what is wrong; its text names the file and the remedy.
 */
export async function loadCheckpoint(path: string): Promise<LoadedCheckpoint> {
  const manifest = await readManifest(path);
  const tensors = await loadTensors(path, manifest, WEIGHTS_FILE);
  try {
    return { manifest, model: assembleModel(path, manifest, tensors) };
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
}

/**
 * The optimiser's slots of a checkpoint, to resume with.
 * @throws {CheckpointError} as `loadCheckpoint`; "missing" where it was saved without them.
 */
export async function loadOptimizerState(path: string): Promise<OptimizerState> {
  const tensors = await loadTensors(path, await readManifest(path), TRAINING_FILE);
  const state: Record<string, Record<string, tf.Tensor>> = {};
  for (const [flat, tensor] of Object.entries(tensors)) {
    const separator = flat.indexOf("/");
    const kind = flat.slice(0, separator);
    state[kind] = { ...state[kind], [flat.slice(separator + 1)]: tensor };
  }
  return state;
}

/** The manifest alone, validated. @throws {CheckpointError} "missing", "corrupt" or "version". */
export async function readManifest(path: string): Promise<CheckpointManifest> {
  const file = join(path, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new CheckpointError(
      "missing",
      path,
      `readManifest: expected a checkpoint folder with ${MANIFEST_FILE}, got ${path}; name a folder like runs/ID/checkpoints/step-00000200 or models/NAME`,
      { cause },
    );
  }
  return parseManifest(path, text);
}

/** The tensors of one file, after its size and hash were held against the manifest. */
async function loadTensors(
  path: string,
  manifest: CheckpointManifest,
  name: string,
): Promise<NamedTensors> {
  const file = join(path, name);
  const found = await stat(file).catch(() => undefined);
  await verifyFile(
    path,
    manifest,
    name,
    found && {
      sizeBytes: found.size,
      digest: async () => (await digestFile(file)).sha256,
    },
  );
  const tensors: Record<string, tf.Tensor> = {};
  try {
    for await (const entry of readSafetensors(file)) tensors[entry.name] = toTensor(entry);
    return tensors;
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
}
