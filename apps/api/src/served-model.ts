/** A checkpoint as the app serves it: loaded, and read by the methods of `@performer/interpret`. */
import { aminoAcidSimilarity, embedSequences, recoverAttention } from "@performer/interpret";
import { disposeModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import type { ModelSummary } from "@performer/schema";
import type { TensorflowLibraries } from "@performer/tensorflow";
import { compileModel, loadCheckpoint } from "@performer/training";
import { maxResidues } from "./limits.ts";
import type { LoadedModel } from "./model-store.ts";

/** Of the permutations and resamples: the same model gives the same answer. */
const SIMILARITY_SEED = 0;

export interface ServedModelOptions {
  /** Sequences for the similarity, of at most so many residues. */
  readonly sample: (maxResidues: number) => Promise<readonly Uint8Array[]>;
  /** Embeds through compiled graphs, off the event loop; null: eagerly. */
  readonly libraries: TensorflowLibraries | null;
}

export async function loadServedModel(
  directory: string,
  summary: ModelSummary,
  { sample, libraries }: ServedModelOptions,
): Promise<LoadedModel> {
  const { model } = await loadCheckpoint(directory);
  const compiled = libraries && (await compileModel({ model, libraries }));
  return {
    summary,
    embed: (sequences) => embedSequences(compiled ?? model, sequences),
    attention: async (sequence) => (await recoverAttention(model, sequence)).maps,
    similarity: async () => {
      const sequences = await sample(maxResidues(model.config));
      return aminoAcidSimilarity(model, sequences, { key: randomKey(SIMILARITY_SEED) });
    },
    dispose() {
      disposeModel(model);
      void compiled?.close();
    },
  };
}
