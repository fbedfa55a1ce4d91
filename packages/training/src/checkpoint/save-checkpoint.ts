/**
 * Writes a checkpoint: weights.safetensors (parameters and projections), training.safetensors
 * (optimiser slots), manifest.json. The folder gets its name in one rename when all of it is on the
 * disk: a kill at any moment leaves either the whole checkpoint or none, and the older ones untouched.
 */

import { join } from "node:path";
import { CheckpointError, modelTensors, WEIGHTS_FILE } from "@performer/checkpoint";
import { exists } from "@performer/durable-files";
import type { PerformerModel } from "@performer/performer";
import { CHECKPOINT_FORMAT, type CheckpointManifest } from "@performer/schema";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { NamedTensors, OptimizerState } from "../optimizer/transform.ts";
import { checkpointName, pruneCheckpoints } from "./checkpoint-folder.ts";
import { type HostTensor, writeSafetensors } from "./safetensors-file.ts";
import { writeWholeFolder } from "./whole-folder.ts";

export const TRAINING_FILE = "training.safetensors";

export interface SaveCheckpointOptions {
  /** The folder of all checkpoints of the run. */
  readonly directory: string;
  /** Shown to people: the run or model. */
  readonly name: string;
  readonly step: number;
  readonly model: PerformerModel;
  /** Left out for weights that nobody will train on. */
  readonly optimizerState?: OptimizerState;
  /** Checkpoints to keep, this one included. Default: all. */
  readonly keep?: number;
  /** The further parts of the manifest. */
  readonly details?: Partial<
    Pick<CheckpointManifest, "training" | "resume" | "metrics" | "data" | "origin">
  >;
}

/**
 * @returns the folder of the new checkpoint.
 * @throws {CheckpointError} "exists" where this step has a checkpoint: nothing is overwritten.
 */
export async function saveCheckpoint(options: SaveCheckpointOptions): Promise<string> {
  const { directory, step, model } = options;
  const path = join(directory, checkpointName(step));
  if (await exists(path)) {
    throw new CheckpointError(
      "exists",
      path,
      `saveCheckpoint: expected no checkpoint of step ${step} in ${directory}, got one; move ${checkpointName(step)} away`,
    );
  }
  await writeWholeFolder(path, async (partial) => ({
    format: CHECKPOINT_FORMAT,
    name: options.name,
    createdAt: new Date().toISOString(),
    step,
    model: model.config,
    files: await writeTensors(partial, options),
    metrics: {},
    ...options.details,
  }));
  if (options.keep !== undefined) await pruneCheckpoints(directory, options.keep);
  return path;
}

async function writeTensors(
  folder: string,
  { model, optimizerState }: SaveCheckpointOptions,
): Promise<CheckpointManifest["files"]> {
  const write = (name: string, tensors: NamedTensors) =>
    writeSafetensors(join(folder, name), toHost(tensors));
  return {
    [WEIGHTS_FILE]: await write(WEIGHTS_FILE, modelTensors(model)),
    ...(optimizerState && {
      [TRAINING_FILE]: await write(TRAINING_FILE, flattenState(optimizerState)),
    }),
  };
}

/** "first" → "layers/0/…" becomes "first/layers/0/…". */
function flattenState(state: OptimizerState): NamedTensors {
  return Object.fromEntries(
    Object.entries(state).flatMap(([kind, slots]) =>
      Object.entries(slots).map(([name, tensor]) => [`${kind}/${name}`, tensor] as const),
    ),
  );
}

function toHost(tensors: NamedTensors): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, hostTensor(name, tensor)]),
  );
}

function hostTensor(name: string, tensor: Tensor): HostTensor {
  if (tensor.dtype !== "float32") {
    throw new Error(`saveCheckpoint: expected "${name}" as float32, got ${tensor.dtype}`);
  }
  return { dtype: "F32", shape: tensor.shape, read: () => tensor.data<"float32">() };
}
