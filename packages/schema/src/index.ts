/**
 * One definition of each thing that crosses a border: model and training configs, run events,
 * checkpoint manifests and the REST contract.
 *
 * @example
 * const config = parseWith(ModelConfig, JSON.parse(text), "configs/demo.json");
 */
export { CHECKPOINT_FORMAT, CheckpointManifest, CheckpointOrigin } from "./checkpoint-manifest.ts";
export {
  DATA_FORMAT,
  DataManifest,
  type DataSource,
  DataVerb,
  PackManifest,
  type PackShard,
} from "./data-manifest.ts";
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
export {
  AttentionConfig,
  FeatureMapConfig,
  featureMapKinds,
  generalizedKernels,
  ModelConfig,
  type ModelConfigInput,
  projectionKinds,
} from "./model-config.ts";
export {
  Job,
  JobItem,
  JobItemsResponse,
  JobOptions,
  JobState,
  JobsResponse,
} from "./rest/jobs.ts";
export {
  AttentionResponse,
  EmbeddingsRequest,
  EmbeddingsResponse,
  HealthResponse,
  MAX_SEQUENCES_PER_REQUEST,
  ModelSummary,
  ModelsResponse,
  Problem,
  RunSummary,
  RunsResponse,
  SimilarityResponse,
} from "./rest.ts";
export { Metrics, RunEvent } from "./run-event.ts";
export {
  DataConfig,
  MaskingConfig,
  OptimizerConfig,
  RunConfig,
  TrainingConfig,
} from "./training-config.ts";
export { parseWith, SchemaError } from "./validation.ts";
