/** The model under the probe, and itself before training: this is the one place that finds and loads it. */
import { existsSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import {
  countParameters,
  disposeModel,
  initModel,
  type PerformerModel,
} from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { loadRuntime } from "@performer/tensorflow";
import { latestCheckpoint, listModels, loadCheckpoint } from "@performer/training";
import type { ProbeModel } from "./result.ts";

export interface ProbedModels {
  readonly facts: ProbeModel;
  readonly trained: PerformerModel;
  /** The same config with weights as they are drawn before the first update. */
  readonly untrained: PerformerModel;
  dispose(): void;
}

/**
 * @param checkpoint folder of a model, a checkpoint or a run; "" for the newest bidirectional model that ships.
 * @throws {Error} with the remedy where there is none. @throws {CheckpointError} where it is damaged.
 */
export async function loadModels(
  root: string,
  { checkpoint, seed }: { readonly checkpoint: string; readonly seed: number },
): Promise<ProbedModels> {
  const folder = await findFolder(root, checkpoint);
  await loadRuntime({ root });
  const { model: trained, manifest } = await loadCheckpoint(folder);
  const untrained = initModel(trained.config, splitKey(randomKey(seed), "untrained"));
  const inClone = relative(root, folder);
  return {
    facts: {
      name: inClone.startsWith("..") ? manifest.name : inClone,
      parameters: countParameters(trained.config),
      width: trained.config.embeddingSize,
      direction: trained.config.direction,
      step: manifest.step,
    },
    trained,
    untrained,
    dispose() {
      disposeModel(trained);
      disposeModel(untrained);
    },
  };
}

async function findFolder(root: string, checkpoint: string): Promise<string> {
  if (checkpoint === "") {
    const models = await listModels(join(root, "models"));
    const shipped = models.find(({ manifest }) => manifest.model.direction === "bidirectional");
    if (shipped) return shipped.path;
    throw new Error(
      "probe: expected a bidirectional model in models/, got none; name a checkpoint or a run with --checkpoint",
    );
  }
  const folder = isAbsolute(checkpoint) ? checkpoint : join(root, checkpoint);
  if (!existsSync(folder)) {
    throw new Error(
      `probe: expected the folder of a model, a checkpoint or a run, got ${checkpoint}, which is not there`,
    );
  }
  return (await latestCheckpoint(join(folder, "checkpoints")))?.path ?? folder;
}
