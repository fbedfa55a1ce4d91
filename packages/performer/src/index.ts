/**
 * FAVOR+ attention and the protein Performer, on tfjs-core alone: Node and browser.
 * Axes: B batch, L length, H heads, D head size, M random features, E model width, V vocabulary.
 * Gradients must be registered by the application (loading @tensorflow/tfjs or tfjs-node does it).
 *
 * @example
 * const model = initModel(config, randomKey(0));
 * const { hidden, logits } = applyModel(model, { tokens, paddingMask });
 * const { lossSum, weightSum } = crossEntropy(logits, targets, lossMask);
 */
export {
  type AttentionFeatures,
  type AttentionOptions,
  attention,
  attentionFeatures,
  type FeatureOptions,
} from "./attention.ts";
export type { AttentionState } from "./block.ts";
export { type CrossEntropy, crossEntropy } from "./cross-entropy.ts";
export { type Decoder, eagerDecoder } from "./decoding/decoder.ts";
export {
  applyStep,
  type DecodingState,
  decodeStep,
  disposeDecoding,
  initDecoding,
  positionVector,
  prefill,
  type StepTensors,
} from "./decoding/decoding.ts";
export {
  type GenerateOptions,
  type GenerationEvent,
  generateTokens,
} from "./decoding/generate.ts";
export type { LayerState } from "./decoding/recurrence.ts";
export { drawToken, type SamplingOptions, tokenDistribution } from "./decoding/sampling.ts";
export { type DropoutMask, dropoutMask } from "./dropout.ts";
export {
  createFeatureMap,
  type Direction,
  type FeatureMap,
  type FeatureSign,
  type KeyContext,
  type KeyFeatures,
} from "./feature-map.ts";
export {
  type GeneralizedOptions,
  generalizedFeatureMap,
  type Kernel,
} from "./generalized-features.ts";
export {
  type ApplyOptions,
  applyModel,
  disposeModel,
  initModel,
  type ModelInputs,
  type ModelOutputs,
  type PerformerModel,
} from "./model.ts";
export { holdFromZero } from "./normalize.ts";
export { flattenTree, type ParameterTree, unflattenTree } from "./parameter-tree.ts";
export { countParameters, isTrained, type ParameterShape, parameterShapes } from "./parameters.ts";
export {
  drawProjection,
  drawProjections,
  type ProjectionKind,
  projectionShape,
} from "./projection.ts";
export type { After } from "./reversible.ts";
export {
  addToSummary,
  createSoftmaxSummary,
  disposeSummary,
  querySummary,
  type SoftmaxSummary,
  type SummaryAnswers,
  type SummaryOptions,
} from "./softmax-summary.ts";
export { type TransferOptions, transferModel } from "./transfer.ts";
