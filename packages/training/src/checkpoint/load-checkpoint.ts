/**
 * Reads a checkpoint and trusts nothing: format version, manifest, size and SHA-256 of each file that
 * is used, then names and shapes of the tensors against the model config.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PerformerModel } from "@performer/performer";
import { TOKEN_NAMES } from "@performer/proteins";
import { CHECKPOINT_FORMAT, CheckpointManifest, parseWith } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { NamedTensors, OptimizerState } from "../optimizer/transform.ts";
import { CheckpointError } from "./checkpoint-error.ts";
import { modelOfTensors, tensorShapes } from "./model-tensors.ts";
import { digestFile, readSafetensors } from "./safetensors-file.ts";
import { MANIFEST_FILE, TRAINING_FILE, WEIGHTS_FILE } from "./save-checkpoint.ts";

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
  try {
    const json: unknown = JSON.parse(text);
    assertVersion(path, json);
    const manifest = parseWith(CheckpointManifest, json, file);
    assertVocabulary(path, manifest);
    return manifest;
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(
      "corrupt",
      path,
      `readManifest: expected a valid manifest, got ${reason}; copy it again or use another checkpoint`,
      { cause },
    );
  }
}

function assertVersion(path: string, json: unknown): void {
  const format =
    typeof json === "object" && json !== null ? Reflect.get(json, "format") : undefined;
  if (typeof format === "number" && format !== CHECKPOINT_FORMAT) {
    throw new CheckpointError(
      "version",
      path,
      `readManifest: expected checkpoint format ${CHECKPOINT_FORMAT}, got ${format} in ${path}; use the version of this software that wrote it`,
    );
  }
}

/** An exported model names its tokens: with others, every id would mean something else. */
function assertVocabulary(path: string, { exported }: CheckpointManifest): void {
  const names = exported?.vocabulary;
  if (names === undefined || names.join(" ") === TOKEN_NAMES.join(" ")) return;
  const at = TOKEN_NAMES.findIndex((name, id) => name !== names[id]);
  throw new CheckpointError(
    "foreign",
    path,
    `readManifest: expected the ${TOKEN_NAMES.length} tokens of this software, got ${names.length} in ${path}, where id ${at} is ${names[at] ?? "missing"}; use the version of this software that exported it`,
  );
}

/** The tensors of one file, after its size and hash were held against the manifest. */
async function loadTensors(
  path: string,
  manifest: CheckpointManifest,
  name: string,
): Promise<NamedTensors> {
  await verifyFile(path, manifest, name);
  const tensors: Record<string, tf.Tensor> = {};
  try {
    for await (const entry of readSafetensors(join(path, name))) {
      const dtype = entry.dtype === "I32" ? "int32" : "float32";
      tensors[entry.name] = tf.tensor(entry.values, [...entry.shape], dtype);
    }
    return tensors;
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
}

async function verifyFile(path: string, manifest: CheckpointManifest, name: string): Promise<void> {
  const file = join(path, name);
  const expected = manifest.files[name];
  const found = await stat(file).catch(() => undefined);
  if (expected === undefined || found === undefined) {
    throw new CheckpointError(
      "missing",
      path,
      `verifyFile: expected ${name} in ${path}, got none; use another checkpoint`,
    );
  }
  if (found.size !== expected.sizeBytes) {
    throw new CheckpointError(
      "truncated",
      path,
      `verifyFile: expected ${expected.sizeBytes} bytes in ${file}, got ${found.size}; copy it again or use another checkpoint`,
    );
  }
  const { sha256 } = await digestFile(file);
  if (sha256 !== expected.sha256) {
    throw new CheckpointError(
      "corrupt",
      path,
      `verifyFile: expected SHA-256 ${expected.sha256} of ${file}, got ${sha256}; copy it again or use another checkpoint`,
    );
  }
}

/** Parameters and projections as one model, after names and shapes were held against the config. */
function assembleModel(
  path: string,
  { model: config }: CheckpointManifest,
  tensors: NamedTensors,
): PerformerModel {
  const expected = tensorShapes(config);
  for (const name of new Set([...Object.keys(expected), ...Object.keys(tensors)])) {
    const [want, have] = [expected[name], tensors[name]?.shape].map(
      (shape) => shape && `[${shape}]`,
    );
    if (want !== have) {
      throw new CheckpointError(
        "foreign",
        path,
        `assembleModel: expected "${name}" of shape ${want ?? "(not in this model)"}, got ${have ?? "no such tensor"} in ${path}; its weights do not belong to its model config`,
      );
    }
  }
  return modelOfTensors(config, tensors);
}
