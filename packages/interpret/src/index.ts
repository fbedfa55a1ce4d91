/**
 * What a trained model knows: attention maps out of linear attention, embeddings and linear probes of
 * them, and the similarity of amino acids that its heads reveal. Pure: tensors and numbers in, numbers out.
 *
 * @example
 * const { maps } = await recoverAttention(model, encodeSequence("MKTAYIAKQR"));
 * const [embedding] = await embedSequences(model, [encodeSequence("MKTAYIAKQR")]);
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
export { type EmbedOptions, embedSequences, type SequenceEmbedding } from "./embed-sequences.ts";
export { embeddingSimilarity } from "./embedding-similarity.ts";
export type { Encoder } from "./encoder.ts";
export { type HeadSimilarity, headSimilarity } from "./head-similarity.ts";
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
export {
  collectReceivedAttention,
  type EdgeWeight,
  type ReceivedAttention,
} from "./received-attention.ts";
export {
  type AttentionBlock,
  type AttentionBlockOptions,
  type AttentionMaps,
  attentionBlocks,
  recoverAttention,
} from "./recover-attention.ts";
export { type BootstrapOptions, bootstrapInterval } from "./statistics/bootstrap.ts";
export { pearson, spearman } from "./statistics/correlation.ts";
export { type MantelOptions, type MantelResult, mantelTest } from "./statistics/mantel.ts";
export type { SquareMatrix } from "./statistics/symmetric-pairs.ts";
