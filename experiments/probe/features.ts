/** The feature sets that are compared, each a function of chains to one row of numbers a residue. */
import { embedSequences } from "@performer/interpret";
import type { PerformerModel } from "@performer/performer";
import type { Chain } from "./chains.ts";
import type { ProbedModels } from "./load-models.ts";
import type { FeatureKind } from "./result.ts";
import { compositionFeatures, residueFeatures, windowFeatures } from "./window-features.ts";

/** 15 residues: seven to each side. */
const REACH = 7;

export const FEATURE_TITLES: Readonly<Record<FeatureKind, string>> = {
  residue: "residue",
  composition: "residue, composition, length",
  window: "window of 15 residues",
  "untrained-model": "untrained model",
  "trained-model": "trained model",
};

/** [L × D] of each chain. */
type Extract = (chains: readonly Chain[]) => Promise<Float32Array[]>;

export function extractorOf(
  kind: FeatureKind,
  { trained, untrained }: Pick<ProbedModels, "trained" | "untrained">,
): Extract {
  switch (kind) {
    case "residue":
      return ofSequence(residueFeatures);
    case "composition":
      return ofSequence(compositionFeatures);
    case "window":
      return ofSequence((residues) => windowFeatures(residues, REACH));
    case "untrained-model":
      return ofModel(untrained);
    case "trained-model":
      return ofModel(trained);
    default:
      return kind satisfies never;
  }
}

const ofSequence =
  (features: (residues: Uint8Array) => Float32Array): Extract =>
  async (chains) =>
    chains.map(({ residues }) => features(residues));

const ofModel =
  (model: PerformerModel): Extract =>
  async (chains) => {
    const embeddings = await embedSequences(
      model,
      chains.map(({ residues }) => residues),
    );
    return embeddings.map(({ residues }) => residues);
  };
