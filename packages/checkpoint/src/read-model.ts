/**
 * A model from the two files of a checkpoint as bytes, however they came: what a browser fetches. It
 * trusts as little as the reader of folders: every check of the manifest, the hash, names and shapes.
 */
import type { PerformerModel } from "@performer/performer";
import type { CheckpointManifest } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { assembleModel, toTensor } from "./assemble-model.ts";
import { WEIGHTS_FILE } from "./manifest.ts";
import { readTensors } from "./safetensors.ts";
import { verifyFile } from "./verify-file.ts";

export interface ModelBytes {
  /** The checkpoint's address, for the words of an error. */
  readonly path: string;
  /** From `parseManifest`. */
  readonly manifest: CheckpointManifest;
  /** The whole of weights.safetensors. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** SHA-256 of bytes in hexadecimal. */
  readonly digest: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
}

/**
 * The caller frees the model with `disposeModel`.
 * @throws {CheckpointError} whose `fault` says what is wrong; {SafetensorsError} where the bytes are no such file.
 */
export async function readModel(bytes: ModelBytes): Promise<PerformerModel> {
  const { path, manifest, weights, digest } = bytes;
  await verifyFile(path, manifest, WEIGHTS_FILE, {
    sizeBytes: weights.length,
    digest: () => digest(weights),
  });
  const tensors: Record<string, tf.Tensor> = {};
  try {
    for (const entry of readTensors(weights)) tensors[entry.name] = toTensor(entry);
    return assembleModel(path, manifest, tensors);
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
}
