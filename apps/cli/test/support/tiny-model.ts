/** A checkpoint of random weights, small enough for the plain JavaScript backend. */
import { join } from "node:path";
import { disposeModel, initModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig, type ModelConfigInput } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import { type SaveCheckpointOptions, saveCheckpoint } from "@performer/training";

export const CLONE = join(import.meta.dirname, "../../../..");
export const EMBEDDING_SIZE = 8;
/** Takes every bundled anchor but titin. */
export const MAX_LENGTH = 512;

/** @returns the checkpoint's folder, inside the run's folder `run`. */
export async function saveTinyModel(
  run: string,
  overrides: Partial<ModelConfigInput> = {},
  saved: Partial<Pick<SaveCheckpointOptions, "name" | "step" | "details">> = {},
): Promise<string> {
  await loadRuntime({ root: CLONE, prefer: "cpu" });
  const config = ModelConfig.parse({
    maxLength: MAX_LENGTH,
    embeddingSize: EMBEDDING_SIZE,
    numHeads: 2,
    numLayers: 1,
    feedForwardSize: 16,
    attention: { mechanism: "favor", numFeatures: 8 },
    ...overrides,
  });
  const model = initModel(config, randomKey(1));
  const directory = join(run, "checkpoints");
  const checkpoint = await saveCheckpoint({ directory, name: "tiny", step: 1, model, ...saved });
  disposeModel(model);
  return checkpoint;
}
