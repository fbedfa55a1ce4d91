/**
 * Training: optimiser, schedule, train step, loop, evaluation, checkpoints, run log. The loop is an
 * async generator of events; the arithmetic sits behind `TrainStepper`; a run is a folder.
 *
 * @example
 * const stepper = createEagerStepper({ model, optimizer: createOptimizer(config.training.optimizer) });
 * const events = train({ config, stepper, batches, evaluationBatches, facts, saveSnapshot, signal });
 * for await (const event of withRunLog(events, log)) console.log(event.type, event.step);
 */
export { CheckpointError, type CheckpointFault, SafetensorsError } from "@performer/checkpoint";
export {
  type CheckpointLocation,
  latestCheckpoint,
  listCheckpoints,
} from "./checkpoint/checkpoint-folder.ts";
export { modelFingerprint } from "./checkpoint/fingerprint.ts";
export {
  type LoadedCheckpoint,
  loadCheckpoint,
  loadOptimizerState,
  readManifest,
} from "./checkpoint/load-checkpoint.ts";
export { type SaveCheckpointOptions, saveCheckpoint } from "./checkpoint/save-checkpoint.ts";
export {
  type CompiledModel,
  type CompileModelOptions,
  compileModel,
} from "./compiled/compiled-model.ts";
export {
  type BatchEvaluator,
  type EvaluateOptions,
  evaluateBatch,
  evaluateBatches,
  evaluateModel,
} from "./evaluation/evaluate-batches.ts";
export { type EvaluateSetOptions, evaluateSet } from "./evaluation/evaluate-set.ts";
export { type SequencePart, sequenceParts } from "./evaluation/sequence-parts.ts";
export { describeFile } from "./export/describe-file.ts";
export { type ExportGraphOptions, exportGraph, type GraphFormat } from "./export/export-graph.ts";
export { type ExportModelOptions, exportModel } from "./export/export-model.ts";
export { exportSafetensors } from "./export/export-safetensors.ts";
export { listModels, type ModelLocation } from "./export/list-models.ts";
export { type CheckpointChoice, selectCheckpoint } from "./export/select-checkpoint.ts";
export { countTokensSeen } from "./export/tokens-seen.ts";
export { ImportError } from "./import/import-error.ts";
export { type ImportEsmOptions, type ImportedModel, importEsm } from "./import/import-esm.ts";
export { addSums, type MetricSums, metricsOf, NO_SUMS } from "./metrics.ts";
export { createOptimizer, isDecayed } from "./optimizer/optimizer.ts";
export { scheduledRate } from "./optimizer/schedule.ts";
export {
  chain,
  type GradientTransform,
  type NamedTensors,
  type OptimizerState,
  type UpdateContext,
} from "./optimizer/transform.ts";
export { differingFields } from "./run/differing-fields.ts";
export { listRuns, runStatus, summarizeRun } from "./run/list-runs.ts";
export {
  type NewRunEvents,
  type RunLogPosition,
  readNewRunEvents,
} from "./run/new-run-events.ts";
export {
  type FollowOptions,
  followRunEvents,
  type NumberedEvent,
  readRunEvents,
} from "./run/run-events.ts";
export {
  openRunFolder,
  type ResumePolicy,
  RunError,
  type RunPaths,
  readRunConfig,
  runPaths,
  settleRunConfig,
} from "./run/run-folder.ts";
export { acquireRunLock } from "./run/run-lock.ts";
export { openRunLog, type RunLog, type RunLogOptions, withRunLog } from "./run/run-log.ts";
export { settleRunOrigin } from "./run/run-origin.ts";
export {
  type CompiledStepper,
  type CompiledStepperOptions,
  createCompiledStepper,
} from "./step/compiled-stepper.ts";
export { createEagerStepper, type EagerStepperOptions } from "./step/eager-stepper.ts";
export { type TrainStepResult, trainStep } from "./step/train-step.ts";
export type { StepContext, StepResult, TrainStepper } from "./step/train-stepper.ts";
export { NonFiniteError, type TrainOptions, type TrainSnapshot, train } from "./train.ts";
