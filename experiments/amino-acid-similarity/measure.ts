/** Similarity from attention and its comparison with BLOSUM62: of the trained model, then of fresh ones. */
import {
  type AminoAcidSimilarity,
  aminoAcidSimilarity,
  type EdgeWeight,
} from "@performer/interpret";
import { disposeModel, initModel, type PerformerModel } from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { loadRuntime } from "@performer/tensorflow";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import { openModel } from "../trained/open-model.ts";
import { unseenSequences } from "../trained/unseen-sequences.ts";
import type { SimilarityResult } from "./result.ts";

export interface SimilarityParameters {
  readonly checkpoint: string;
  readonly sequences: number;
  readonly shortest: number;
  readonly longest: number;
  readonly edges: readonly EdgeWeight[];
  readonly untrainedSeeds: readonly number[];
  readonly permutations: number;
  readonly resamples: number;
}

export async function* measureSimilarity(
  parameters: SimilarityParameters,
  { root, previous }: ExperimentContext<SimilarityResult>,
): AsyncGenerator<ExperimentProgress<SimilarityResult>, SimilarityResult> {
  const { edges, untrainedSeeds, permutations, resamples } = parameters;
  await loadRuntime({ root });
  const { model, manifest, name } = await openModel(root, parameters.checkpoint);
  const { description, sequences } = await unseenSequences(root, {
    count: parameters.sequences,
    shortest: parameters.shortest,
    longest: parameters.longest,
  });
  const compare = (of: PerformerModel, by: EdgeWeight): Promise<AminoAcidSimilarity> =>
    aminoAcidSimilarity(of, sequences, {
      key: splitKey(randomKey(0), "similarity"),
      edges: by,
      permutations,
      resamples,
    });

  const isSame = previous?.model === name && previous.step === manifest.step;
  const result = {
    model: name,
    step: manifest.step,
    sequences: description,
    trained: isSame ? [...previous.trained] : [],
    untrained: isSame ? [...previous.untrained] : [],
  };
  const total = edges.length + untrainedSeeds.length;
  const progress = (label: string): ExperimentProgress<SimilarityResult> => ({
    done: result.trained.length + result.untrained.length,
    total,
    label,
    partial: structuredClone(result),
  });
  for (const by of edges.slice(result.trained.length)) {
    result.trained.push(await compare(model, by));
    yield progress(`trained, ${by}`);
  }
  for (const seed of untrainedSeeds.slice(result.untrained.length)) {
    const fresh = initModel(model.config, splitKey(randomKey(seed), "untrained"));
    result.untrained.push({ seed, ...(await compare(fresh, "flat")) });
    disposeModel(fresh);
    yield progress(`untrained, seed ${seed}`);
  }
  disposeModel(model);
  return result;
}
