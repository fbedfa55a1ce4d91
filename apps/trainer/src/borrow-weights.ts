/** Fine-tuning: a run that begins with the weights of a checkpoint and a fresh optimiser. */
import { disposeModel, type PerformerModel } from "@performer/performer";
import type { CheckpointOrigin, ModelConfig, RunConfig } from "@performer/schema";
import { differingFields, loadCheckpoint, RunError, readManifest } from "@performer/training";

/** What may differ between a checkpoint and the run that begins with it: no weight depends on it. */
const FREE_FIELDS = ["dropout", "attention.redrawEvery", "attention.chunkSize"];

/** @param path a checkpoint's folder. @throws {CheckpointError} where it is none. */
export async function originOf(path: string): Promise<CheckpointOrigin> {
  const { name, step } = await readManifest(path);
  return { name, step, change: "further training" };
}

/**
 * The checkpoint's parameters and projections under the run's config.
 * @throws {CheckpointError} where it is damaged. @throws {RunError} naming what differs.
 */
export async function borrowWeights(path: string, { model }: RunConfig): Promise<PerformerModel> {
  const loaded = await loadCheckpoint(path);
  const differing = differingFields(loaded.model.config, model).filter(
    (field) => !FREE_FIELDS.includes(field) && !isFreeLength(field, model),
  );
  if (differing.length > 0) {
    disposeModel(loaded.model);
    throw new RunError(
      `borrowWeights: expected the config of a model like that of ${path}, got other values of ${differing.map((field) => `model.${field}`).join(", ")}; change the config, or the attention of the checkpoint with performer transfer`,
    );
  }
  return { ...loaded.model, config: model };
}

/** Sinusoidal and rotary positions have no table. */
const isFreeLength = (field: string, { positions }: ModelConfig) =>
  field === "maxLength" && positions !== "learned";
