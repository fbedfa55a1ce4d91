/** Where a run goes on: everything that its newest checkpoint holds, another run's weights, or a fresh model. */
import { initModel, type PerformerModel } from "@performer/performer";
import type { BatchPosition } from "@performer/proteins";
import { randomKey, splitKey } from "@performer/random";
import type { CheckpointManifest, CheckpointOrigin, RunConfig } from "@performer/schema";
import {
  latestCheckpoint,
  loadCheckpoint,
  loadOptimizerState,
  type OptimizerState,
  RunError,
  type RunPaths,
  settleRunOrigin,
} from "@performer/training";
import { borrowWeights, originOf } from "./borrow-weights.ts";
import type { DataFacts } from "./data-facts.ts";

export interface StartingPoint {
  readonly step: number;
  readonly model: PerformerModel;
  /** Left out before the first step. */
  readonly optimizerState?: OptimizerState;
  readonly position?: BatchPosition;
  /** Of the first weights, unless they were drawn. */
  readonly origin?: CheckpointOrigin | undefined;
}

export interface StartingPointOptions {
  readonly config: RunConfig;
  readonly data: DataFacts;
  /** A checkpoint's folder: the weights to begin with. */
  readonly from?: string | undefined;
}

/**
 * @throws {CheckpointError} where the newest checkpoint is damaged: it is never passed over in silence.
 * @throws {RunError} where it was trained on other data, or `from` does not fit the run.
 */
export async function findStartingPoint(
  paths: Pick<RunPaths, "checkpoints" | "origin">,
  { config, data, from }: StartingPointOptions,
): Promise<StartingPoint> {
  const latest = await latestCheckpoint(paths.checkpoints);
  const asked = from === undefined ? undefined : await originOf(from);
  const origin = await settleRunOrigin(paths, asked, { hasBegun: latest !== undefined });
  if (latest === undefined) {
    if (from !== undefined) return { step: 0, model: await borrowWeights(from, config), origin };
    if (origin !== undefined) {
      throw new RunError(
        `findStartingPoint: expected the checkpoint that the run began from (${origin.name} at step ${origin.step}), as it has none of its own yet, got none; name it again with --from`,
      );
    }
    const key = splitKey(randomKey(config.training.seed), "model");
    return { step: 0, model: initModel(config.model, key) };
  }
  const optimizerState = await loadOptimizerState(latest.path);
  const { manifest, model } = await loadCheckpoint(latest.path);
  assertSameData(manifest, data);
  const position = positionOf(manifest);
  return { step: manifest.step, model, optimizerState, position, origin };
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
