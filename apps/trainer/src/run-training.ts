/**
 * A training run from files to files: reads FASTA, trains, logs, checkpoints, resumes. The tfjs
 * backend was chosen and loaded by the caller; this file knows neither TensorFlow nor the terminal.
 */
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { countParameters } from "@performer/performer";
import { createEvaluationBatches, createTrainingBatches } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import type { RunConfig, RunEvent } from "@performer/schema";
import type { Cluster } from "@performer/tensorflow/compiled";
import {
  acquireRunLock,
  createEagerStepper,
  createOptimizer,
  openRunFolder,
  openRunLog,
  type ResumePolicy,
  type RunPaths,
  saveCheckpoint,
  settleRunConfig,
  type TrainStepper,
  train,
  withRunLog,
} from "@performer/training";
import { agreeOnStart } from "./cluster/agree-on-start.ts";
import { describeData } from "./data-facts.ts";
import { runWorker } from "./run-worker.ts";
import { findStartingPoint, type StartingPoint } from "./starting-point.ts";

export interface RunTrainingOptions {
  readonly config: RunConfig;
  /** FASTA files, plain, gzip or zstd. They are read more than once, so standard input will not do. */
  readonly trainFiles: readonly string[];
  readonly validationFiles: readonly string[];
  /** The folder of all runs. */
  readonly runsDirectory: string;
  readonly runId: string;
  /** Default "never": an id that exists is an error. */
  readonly resume?: ResumePolicy;
  /** A checkpoint's folder, whose weights a new run begins with. Default: weights drawn by the seed. */
  readonly from?: string | undefined;
  /** Name of the loaded backend, for the record. */
  readonly backend: string;
  /** Stops after the running step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** The workers of the run, which this process has joined. Default: it trains alone. */
  readonly cluster?: Cluster | undefined;
  /** What does the arithmetic; takes over the tensors of the starting point. Default: eager tfjs. */
  readonly createStepper?: StepperFactory;
}

export type StepperFactory = (
  config: RunConfig,
  start: Pick<StartingPoint, "model" | "optimizerState">,
) => TrainStepper | Promise<TrainStepper>;

/**
 * Trains and tells, in a cluster as its chief or as one of the other workers, who leave the run folder alone: each event is in the run's log before it is yielded. Leaving the loop stops at
 * once and frees everything; what was trained since the last checkpoint is lost.
 * @throws {RunError} where the id, the policy, the config, the data or the weights to begin with do not fit the run folder.
 * @throws {CheckpointError} where the checkpoint to resume from is damaged.
 * @throws {NonFiniteError} naming the step, after the "end" event.
 * @throws {ClusterError} where the workers differ, or one of them is gone.
 */
export async function* runTraining(options: RunTrainingOptions): AsyncGenerator<RunEvent> {
  const { runsDirectory, runId, resume = "never", cluster, createStepper = createEager } = options;
  if (cluster !== undefined && !cluster.isChief) {
    yield* runWorker({ ...options, cluster, createStepper });
    return;
  }
  const { paths, existed } = await openRunFolder(runsDirectory, runId, resume);
  const lock = await acquireRunLock(paths.lock);
  let hasStarted = false;
  try {
    await settleRunConfig(paths, options.config);
    for await (const event of trainInFolder(options, paths)) {
      hasStarted = true;
      yield event;
    }
  } finally {
    await lock.release();
    // a run that never began must not block its id
    if (!existed && !hasStarted) await rm(paths.root, { recursive: true });
  }
}

async function* trainInFolder(
  {
    config,
    trainFiles,
    validationFiles,
    runId,
    from,
    backend,
    signal,
    cluster,
    ...options
  }: RunTrainingOptions,
  paths: RunPaths,
): AsyncGenerator<RunEvent> {
  const { createStepper = createEager } = options;
  const { seed, steps, data, masking, keepCheckpoints } = config.training;
  const trainSource = createFileSource(trainFiles);
  const validationSource = createFileSource(validationFiles);
  const facts = await describeData(trainFiles, trainSource, validationSource);
  const start = await findStartingPoint(paths, { config, data: facts, from });
  const { baseline, training } = facts;
  if (cluster !== undefined) {
    const { step, position } = start;
    await agreeOnStart(cluster, { config, backend, ...training }, { step, position, baseline });
  }
  const stepper = await createStepper(config, start);
  try {
    const batching = { data, masking, direction: config.model.direction, seed };
    const events = train({
      config,
      stepper,
      startStep: start.step,
      batches: createTrainingBatches({
        ...batching,
        source: trainSource,
        ...(start.position && { position: start.position }),
        ...(cluster && { share: { index: cluster.rank, count: cluster.members.length } }),
      }),
      evaluationBatches: () => createEvaluationBatches({ ...batching, source: validationSource }),
      facts: {
        parameterCount: countParameters(config.model),
        backend,
        baseline,
      },
      signal,
      saveSnapshot: async ({ step, model, optimizerState, position, lastRedraw, validation }) =>
        basename(
          await saveCheckpoint({
            directory: paths.checkpoints,
            name: runId,
            step,
            model,
            optimizerState,
            keep: keepCheckpoints,
            details: {
              training: config.training,
              resume: { data: position, lastRedraw },
              metrics: validation ? { validation } : {},
              data: training,
              ...(start.origin && { origin: start.origin }),
            },
          }),
        ),
    });
    const log = await openRunLog(paths, { totalSteps: steps, resumedFrom: start.step });
    yield* withRunLog(events, log);
  } finally {
    stepper.dispose();
  }
}

const createEager: StepperFactory = ({ training }, { model, optimizerState }) =>
  createEagerStepper({ model, optimizer: createOptimizer(training.optimizer), optimizerState });
