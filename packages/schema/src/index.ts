/**
 * One definition of each thing that crosses a border: model and training configs, run events,
 * checkpoint manifests and the REST contract.
 *
 * @example
 * const config = parseWith(ModelConfig, JSON.parse(text), "configs/demo.json");
 */
export {
  AttentionConfig,
  FeatureMapConfig,
  featureMapKinds,
  generalizedKernels,
  projectionKinds,
} from "./attention-config.ts";
export { CHECKPOINT_FORMAT, CheckpointManifest, CheckpointOrigin } from "./checkpoint-manifest.ts";
export { ClusterConfig, ClusterTask, ClusterTimeouts } from "./cluster.ts";
export {
  DATA_FORMAT,
  DataManifest,
  type DataSource,
  DataVerb,
  PackManifest,
  type PackShard,
} from "./data-manifest.ts";
export { EMBEDDING_FORMAT, EmbeddingManifest } from "./embedding-manifest.ts";
export {
  EVALUATION_FORMAT,
  type EvaluatedPart,
  EvaluationReport,
  NamedFile,
} from "./evaluation-report.ts";
export {
  ExperimentClaim,
  ExperimentFigure,
  type ExperimentFigureInput,
  ExperimentReport,
  ExperimentTable,
} from "./experiment-report.ts";
export { ExportedModel } from "./exported-model.ts";
export type { FileEntry } from "./file-entry.ts";
export { EsmCheckpointConfig, TensorIndex } from "./hub-checkpoint.ts";
export { ModelConfig, type ModelConfigInput } from "./model-config.ts";
export {
  AttentionRequest,
  AttentionResponse,
  AttentionWeights,
  MapSide,
} from "./rest/attention.ts";
export {
  MAX_SEQUENCES_PER_REQUEST,
  ModelChoice,
  ResidueRange,
  SequenceInput,
} from "./rest/common.ts";
export {
  EmbeddingLine,
  EmbeddingsOptions,
  EmbeddingsRequest,
  EmbeddingsResponse,
} from "./rest/embeddings.ts";
export { GenerateRequest, GenerationLine } from "./rest/generation.ts";
export { HealthResponse, ReadyResponse } from "./rest/health.ts";
export {
  Job,
  JobItem,
  JobItemsQuery,
  JobItemsResponse,
  JobOptions,
  JobQuery,
  JobResultFormat,
  JobResultQuery,
  JobState,
  JobsQuery,
  JobsResponse,
} from "./rest/jobs.ts";
export { LogitsRequest, LogitsResponse } from "./rest/logits.ts";
export { ModelDetails, ModelSummary, ModelsResponse } from "./rest/models.ts";
export {
  MutationCost,
  MutationLine,
  MutationMethod,
  MutationsCostResponse,
  MutationsRequest,
  MutationsResponse,
} from "./rest/mutations.ts";
export { Problem } from "./rest/problem.ts";
export { RunMetricsQuery, RunMetricsResponse } from "./rest/run-metrics.ts";
export { RunSummary, RunsResponse } from "./rest/runs.ts";
export { SimilarityQuery, SimilarityResponse } from "./rest/similarity.ts";
export { Metrics, RunEvent, WorkerThroughput } from "./run-event.ts";
export {
  DataConfig,
  MaskingConfig,
  OptimizerConfig,
  RunConfig,
  TrainingConfig,
} from "./training-config.ts";
export { parseWith, SchemaError } from "./validation.ts";
export { VOCABULARY_SIZES, VocabularyName } from "./vocabulary.ts";
