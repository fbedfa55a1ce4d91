/** Attention received by each amino acid over the bundled proteins: what the similarity is made of. */
import {
  collectReceivedAttention,
  embeddingSimilarity,
  pearson,
  type ReceivedAttention,
} from "@performer/interpret";
import type { PerformerModel } from "@performer/performer";
import { BLOSUM62, encodeSequence } from "@performer/proteins";
import { readFastaFile } from "@performer/proteins/web";
import type { SimilarityResponse } from "@performer/schema";
import type { Ask } from "../compute/compute.ts";

/** As `aminoAcidSimilarity` chooses: linear attention is too even for a threshold. */
export function edgesOf({ config }: PerformerModel): SimilarityResponse["edges"] {
  return config.attention.mechanism === "favor" ? "flat" : "v1";
}

/** @param sample address of a FASTA file; proteins longer than the model takes are left out. */
export async function collectOverSample(
  model: PerformerModel,
  sample: string,
  { signal, onProgress }: Ask,
): Promise<ReceivedAttention> {
  const proteins: Uint8Array[] = [];
  for await (const { sequence } of readFastaFile(await fetch(sample, { signal }))) {
    const residues = encodeSequence(new TextDecoder("latin1").decode(sequence));
    if (residues.length <= model.config.maxLength - 2) proteins.push(residues);
  }
  const told = function* () {
    for (const [index, protein] of proteins.entries()) {
      signal.throwIfAborted();
      yield protein;
      onProgress?.({ what: "proteins", done: index + 1, total: proteins.length });
    }
  };
  return collectReceivedAttention(model, told(), edgesOf(model));
}

/** Pearson's r of the cosines of token embeddings with BLOSUM62, over the pairs a < b. */
export async function embeddingControl(model: PerformerModel): Promise<number | null> {
  const similarity = await embeddingSimilarity(model);
  const pairs = similarity.flatMap((row, a) =>
    row.slice(a + 1).map((value, offset) => [value, BLOSUM62[a]?.[a + 1 + offset] ?? 0] as const),
  );
  return pearson(
    pairs.map(([value]) => value),
    pairs.map(([, score]) => score),
  );
}
