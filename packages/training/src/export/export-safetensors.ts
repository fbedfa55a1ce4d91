/**
 * A model as one safetensors file: every weight as it is, in float32, with the model's config and the
 * vocabulary in the file's metadata, so that it needs nothing beside it.
 */

import { CheckpointError, modelTensors } from "@performer/checkpoint";
import { exists } from "@performer/durable-files";
import { tokenNamesOf } from "@performer/proteins";
import type { LoadedCheckpoint } from "../checkpoint/load-checkpoint.ts";
import { writeSafetensors } from "../checkpoint/safetensors-file.ts";

/** @throws {CheckpointError} "exists" where the output is there. */
export async function exportSafetensors(
  { model, manifest }: LoadedCheckpoint,
  output: string,
): Promise<void> {
  if (await exists(output)) {
    throw new CheckpointError(
      "exists",
      output,
      `exportSafetensors: expected a new file, got ${output}, which is there; name another, or move it away`,
    );
  }
  const tensors = Object.entries(modelTensors(model)).map(([name, tensor]) => [
    name,
    {
      dtype: "F32" as const,
      shape: tensor.shape,
      read: async () => (await tensor.data()) as Float32Array,
    },
  ]);
  await writeSafetensors(output, Object.fromEntries(tensors), {
    name: manifest.name,
    step: String(manifest.step),
    model: JSON.stringify(model.config),
    vocabulary: JSON.stringify(tokenNamesOf(model.config.vocabulary)),
  });
}
