/** The model under the probe, and itself before training. */
import {
  countParameters,
  disposeModel,
  initModel,
  type PerformerModel,
} from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { loadRuntime } from "@performer/tensorflow";
import { openModel } from "../trained/open-model.ts";
import type { ProbeModel } from "./result.ts";

export interface ProbedModels {
  readonly facts: ProbeModel;
  readonly trained: PerformerModel;
  /** The same config with weights as they are drawn before the first update. */
  readonly untrained: PerformerModel;
  dispose(): void;
}

/** @throws {Error} as `openModel`. */
export async function loadModels(
  root: string,
  { checkpoint, seed }: { readonly checkpoint: string; readonly seed: number },
): Promise<ProbedModels> {
  await loadRuntime({ root });
  const { model: trained, manifest, name } = await openModel(root, checkpoint);
  const untrained = initModel(trained.config, splitKey(randomKey(seed), "untrained"));
  return {
    facts: {
      name,
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
