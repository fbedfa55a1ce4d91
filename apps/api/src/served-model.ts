/** A checkpoint as the app serves it: loaded, and read by the methods of `@performer/interpret`. */
import { embedSequences, recoverAttention } from "@performer/interpret";
import { disposeModel } from "@performer/performer";
import type { ModelSummary } from "@performer/schema";
import { loadCheckpoint } from "@performer/training";
import type { LoadedModel } from "./checkpoint-store.ts";
import { estimateSimilarity } from "./estimate-similarity.ts";
import { maxResidues } from "./limits.ts";

/** @param sample sequences for the similarity, of at most so many residues. */
export async function loadServedModel(
  directory: string,
  summary: ModelSummary,
  sample: (maxResidues: number) => Promise<readonly Uint8Array[]>,
): Promise<LoadedModel> {
  const { model } = await loadCheckpoint(directory);
  return {
    summary,
    embed: (sequences) => embedSequences(model, sequences),
    attention: (sequence) => recoverAttention(model, sequence),
    similarity: async () => estimateSimilarity(model, await sample(maxResidues(model.config))),
    dispose: () => disposeModel(model),
  };
}
