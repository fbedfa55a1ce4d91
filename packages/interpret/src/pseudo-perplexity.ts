/**
 * How well a model expects a protein: exp of the mean of -log p(residue). A bidirectional model
 * predicts each residue with it hidden, a pass each (Salazar et al. 2020, "Masked Language Model
 * Scoring"), which is pseudo-perplexity; a causal model predicts each from those before, in one pass,
 * which is perplexity.
 */
import type { PerformerModel } from "@performer/performer";
import { eagerEncoder, type TokenScorer } from "./encoder.ts";
import { mutationScores } from "./mutation-scores.ts";

/**
 * @param source a model, computed eagerly, or what computes its scores in another way.
 * @param sequence residue ids, without specials.
 * @throws {RangeError} where the sequence does not fit the model.
 */
export async function pseudoPerplexity(
  source: PerformerModel | TokenScorer,
  sequence: Uint8Array,
): Promise<number> {
  const scorer = "logits" in source ? source : eagerEncoder(source);
  const method = scorer.config.direction === "causal" ? "single-pass" : "masked-marginals";
  let sum = 0;
  for await (const { wildTypeLogProb } of mutationScores(scorer, sequence, { method })) {
    sum += wildTypeLogProb;
  }
  return Math.exp(-sum / sequence.length);
}
