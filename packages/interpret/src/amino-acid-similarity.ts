/**
 * Does a model's attention know which amino acids replace each other? Similarity from attention,
 * compared with BLOSUM62, with a permutation test, an interval and a control, since with few heads
 * the comparison alone is noise.
 */
import type { PerformerModel } from "@performer/performer";
import { BLOSUM62, STANDARD_RESIDUES } from "@performer/proteins";
import { type RandomKey, splitKey } from "@performer/random";
import type { SimilarityResponse } from "@performer/schema";
import { embeddingSimilarity } from "./embedding-similarity.ts";
import { headSimilarity } from "./head-similarity.ts";
import {
  collectReceivedAttention,
  type EdgeWeight,
  type ReceivedAttention,
} from "./received-attention.ts";
import { bootstrapInterval } from "./statistics/bootstrap.ts";
import { pearson, spearman } from "./statistics/correlation.ts";
import { mantelTest } from "./statistics/mantel.ts";
import { pairValues, type SquareMatrix } from "./statistics/symmetric-pairs.ts";

export interface SimilarityOptions {
  /** Of the permutation test and the bootstrap. */
  readonly key: RandomKey;
  /** Without: "v1" for softmax weights, "flat" for linear attention, which is too even for v1's threshold of 0.1. */
  readonly edges?: EdgeWeight;
  /** Of the Mantel test; 9999 without. */
  readonly permutations?: number;
  /** Of the bootstrap over sequences; 1000 without. */
  readonly resamples?: number;
}

/** What the REST answer holds, less the model that answered. */
export type AminoAcidSimilarity = Omit<SimilarityResponse, "model" | "fingerprint">;

/**
 * Runs the model over the sequences and compares.
 * @param sequences residue ids, without specials; the method's authors took 800.
 * @throws {RangeError} where a sequence is empty or longer than the model takes.
 */
export async function aminoAcidSimilarity(
  model: PerformerModel,
  sequences: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: SimilarityOptions,
): Promise<AminoAcidSimilarity> {
  const edges = options.edges ?? (model.config.attention.mechanism === "favor" ? "flat" : "v1");
  const received = await collectReceivedAttention(model, sequences, edges);
  return {
    edges,
    ...(await compareWithBlosum(received, options)),
    embeddingControl: correlate(await embeddingSimilarity(model)),
  };
}

/** The comparison alone, of sums collected before. Undefined figures are null. */
export async function compareWithBlosum(
  received: ReceivedAttention,
  { key, permutations, resamples }: Omit<SimilarityOptions, "edges">,
): Promise<Omit<AminoAcidSimilarity, "edges" | "embeddingControl">> {
  const { similarity, headsKept } = headSimilarity(received);
  const pairs = pairValues(similarity, BLOSUM62);
  const mantel = mantelTest(similarity, BLOSUM62, {
    key: splitKey(key, "mantel"),
    ...(permutations !== undefined && { permutations }),
  });
  return {
    residues: STANDARD_RESIDUES,
    similarity,
    blosum62: BLOSUM62.map((row) => [...row]),
    headsKept,
    headsTotal: received.heads,
    sequences: received.sums.length,
    pearson: mantel?.correlation ?? null,
    spearman: spearman(pairs.first, pairs.second),
    interval: await bootstrapInterval({
      key: splitKey(key, "bootstrap"),
      count: received.sums.length,
      statistic: (weights) => correlate(headSimilarity(received, weights).similarity),
      ...(resamples !== undefined && { resamples }),
    }),
    mantelP: mantel?.p ?? null,
  };
}

/** Pearson's r with BLOSUM62 over the pairs a < b. */
function correlate(similarity: SquareMatrix): number | null {
  const pairs = pairValues(similarity, BLOSUM62);
  return pearson(pairs.first, pairs.second);
}
