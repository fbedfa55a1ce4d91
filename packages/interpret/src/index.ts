/**
 * What a trained model knows: attention maps out of linear attention, embeddings and linear probes of
 * them, scores of residues and of mutations, and the similarity of amino acids that its heads reveal. Pure: tensors and numbers in, numbers out.
 *
 * @example
 * const { maps } = await recoverAttention(model, encodeSequence("MKTAYIAKQR"));
 * const [embedding] = await embedSequences(model, [encodeSequence("MKTAYIAKQR")]);
 * const { scores } = await predictContacts(model, residues); // [L × L]
 * for await (const { position, scores } of mutationScores(model, residues, { method: "single-pass" })) draw(position, scores);
 * const { pearson, mantelP } = await aminoAcidSimilarity(model, sequences, { key: randomKey(0) });
 */
export {
  type AminoAcidSimilarity,
  aminoAcidSimilarity,
  compareWithBlosum,
  type SimilarityOptions,
} from "./amino-acid-similarity.ts";
export { attentionDivergence, type LayerDivergence } from "./attention-divergence.ts";
export {
  type AttentionReader,
  type AttentionView,
  openAttention,
  type ViewSide,
} from "./attention-reader.ts";
export { hasAttentionMap } from "./attention-rows.ts";
export {
  type AttentionWindow,
  type AttentionWindowOptions,
  attentionWindow,
  describeWindow,
} from "./attention-window.ts";
export { type ContactMap, predictContacts } from "./contacts.ts";
export {
  type EmbeddedGroup,
  type EmbedLayersOptions,
  type EmbedOptions,
  embedGroups,
  embedLayers,
  embedSequences,
  type SequenceEmbedding,
} from "./embed-sequences.ts";
export { embeddingSimilarity } from "./embedding-similarity.ts";
export {
  type Encoder,
  eagerEncoder,
  type TokenScorer,
} from "./encoder.ts";
export { type HeadSimilarity, headSimilarity } from "./head-similarity.ts";
export {
  type MutationOptions,
  mutationCost,
  mutationScores,
  type PositionScores,
} from "./mutation-scores.ts";
export {
  addConfusions,
  type ClassScore,
  type Confusion,
  type ConfusionScores,
  confusionOf,
  confusionScores,
} from "./probe/confusion.ts";
export type { LabelledFeatures } from "./probe/labelled-features.ts";
export {
  classify,
  fitLogisticRegression,
  type LogisticRegression,
  type LogisticRegressionOptions,
} from "./probe/logistic-regression.ts";
export { pseudoPerplexity } from "./pseudo-perplexity.ts";
export {
  collectReceivedAttention,
  type EdgeWeight,
  type ReceivedAttention,
  receivedInLayer,
} from "./received-attention.ts";
export {
  type AttentionBlock,
  type AttentionBlockOptions,
  type AttentionMaps,
  type AttentionPart,
  attentionBlocks,
  recoverAttention,
} from "./recover-attention.ts";
export {
  type LogitsOptions,
  logSumExp,
  sequenceLogits,
  standardLogits,
} from "./sequence-logits.ts";
export { type BootstrapOptions, bootstrapInterval } from "./statistics/bootstrap.ts";
export { pearson, spearman } from "./statistics/correlation.ts";
export { type MantelOptions, type MantelResult, mantelTest } from "./statistics/mantel.ts";
export type { SquareMatrix } from "./statistics/symmetric-pairs.ts";
export {
  type FeatureSuggestion,
  type FeatureTrial,
  type SuggestFeaturesOptions,
  suggestFeatures,
} from "./suggest-features.ts";
