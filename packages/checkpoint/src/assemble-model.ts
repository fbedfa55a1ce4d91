/** A model from the tensors of a checkpoint, after names and shapes were held against its config. */
import type { PerformerModel } from "@performer/performer";
import type { CheckpointManifest } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { CheckpointError } from "./checkpoint-error.ts";
import { modelOfTensors, type NamedTensors, tensorShapes } from "./model-tensors.ts";
import type { LoadedTensor } from "./safetensors.ts";

/** One tensor of a file on the backend that is set; the caller's to dispose of. */
export function toTensor({ shape, values }: LoadedTensor): tf.Tensor {
  return tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32");
}

/** @throws {CheckpointError} "foreign" where the tensors are not those of the config. */
export function assembleModel(
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
