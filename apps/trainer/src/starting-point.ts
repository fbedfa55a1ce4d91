/** Where a run goes on: a fresh model, or everything that its newest checkpoint holds. */
import { initModel, type PerformerModel } from "@performer/performer";
import type { BatchPosition } from "@performer/proteins";
import { randomKey, splitKey } from "@performer/random";
import type { CheckpointManifest, RunConfig } from "@performer/schema";
import {
  latestCheckpoint,
  loadCheckpoint,
  loadOptimizerState,
  type OptimizerState,
  RunError,
} from "@performer/training";
import type { DataFacts } from "./data-facts.ts";

export interface StartingPoint {
  readonly step: number;
  readonly model: PerformerModel;
  /** Left out before the first step. */
  readonly optimizerState?: OptimizerState;
  readonly position?: BatchPosition;
}

/**
 * @param checkpoints the run's checkpoint folder.
 * @throws {CheckpointError} where the newest checkpoint is damaged: it is never passed over in silence.
 * @throws {RunError} where it was trained on other data.
 */
export async function findStartingPoint(
  checkpoints: string,
  config: RunConfig,
  data: DataFacts,
): Promise<StartingPoint> {
  const latest = await latestCheckpoint(checkpoints);
  if (latest === undefined) {
    const key = splitKey(randomKey(config.training.seed), "model");
    return { step: 0, model: initModel(config.model, key) };
  }
  const optimizerState = await loadOptimizerState(latest.path);
  const { manifest, model } = await loadCheckpoint(latest.path);
  assertSameData(manifest, data);
  return { step: manifest.step, model, optimizerState, position: positionOf(manifest) };
}

function assertSameData(manifest: CheckpointManifest, { training }: DataFacts): void {
  const before = manifest.data;
  if (before?.sequences === training.sequences && before.residues === training.residues) return;
  throw new RunError(
    `findStartingPoint: expected the training data of the run (${before?.sequences} sequences, ${before?.residues} residues in ${before?.files.join(", ")}), got ${training.sequences} sequences, ${training.residues} residues; name the same files or start a new run`,
  );
}

function positionOf({ name, step, resume }: CheckpointManifest): BatchPosition {
  const data = resume?.data;
  if (isPosition(data)) return data;
  throw new RunError(
    `findStartingPoint: expected a position in the data in the checkpoint of ${name} at step ${step}, got ${JSON.stringify(data)}; it was not saved by a training run`,
  );
}

function isPosition(value: unknown): value is BatchPosition {
  if (typeof value !== "object" || value === null) return false;
  return ["epoch", "rowsTaken", "batches"].every((field) =>
    Number.isSafeInteger(Reflect.get(value, field)),
  );
}
