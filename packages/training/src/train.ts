/**
 * The training loop: batches in, events out. It knows no files and no arithmetic: the stepper
 * computes, `saveSnapshot` writes, the caller logs. Every random choice is keyed by the step, so the
 * state to resume from is the stepper's tensors, the step and the position in the data.
 */
import { drawProjections, type PerformerModel } from "@performer/performer";
import type { BatchPosition, TrainingBatch } from "@performer/proteins";
import { randomKey, splitKey } from "@performer/random";
import type {
  Metrics,
  ModelConfig,
  RunConfig,
  RunEvent,
  WorkerThroughput,
} from "@performer/schema";
import { evaluateBatches } from "./evaluation/evaluate-batches.ts";
import { yieldToEventLoop } from "./event-loop.ts";
import { metricsOf } from "./metrics.ts";
import { scheduledRate } from "./optimizer/schedule.ts";
import type { OptimizerState } from "./optimizer/transform.ts";
import { createPace } from "./pace.ts";
import { withPrefetch } from "./prefetch.ts";
import { countTokens } from "./step/micro-batches.ts";
import type { StepResult, TrainStepper, WorkerReport } from "./step/train-stepper.ts";

/** What a checkpoint holds. The tensors stay the stepper's. */
export interface TrainSnapshot {
  readonly step: number;
  readonly model: PerformerModel;
  readonly optimizerState: OptimizerState;
  /** Where the data stream goes on. */
  readonly position: BatchPosition;
  /** Step of the last redraw of the projections; 0 for the first draw. */
  readonly lastRedraw: number;
  /** Of these very weights, where they were evaluated. */
  readonly validation?: Metrics;
}

export interface TrainOptions {
  readonly config: Pick<RunConfig, "model" | "training">;
  /** Used, not taken over: the caller disposes of it. */
  readonly stepper: TrainStepper;
  /** Endless, from the first batch after `startStep`. */
  readonly batches: AsyncIterable<{ batch: TrainingBatch; position: BatchPosition }>;
  /** A fresh pass over the validation set, in the same order each time. Left out by workers that are not the chief. */
  readonly evaluationBatches?: () => AsyncIterable<TrainingBatch>;
  /** Facts for the "start" event. */
  readonly facts: { parameterCount: number; backend: string; baseline: Baseline };
  /** Updates that the stepper's parameters have had. Default 0. */
  readonly startStep?: number;
  /** Makes a checkpoint. Left out likewise. @returns its name. */
  readonly saveSnapshot?: (snapshot: TrainSnapshot) => Promise<string>;
  /** Stops after the running step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

type Baseline = Extract<RunEvent, { type: "start" }>["baseline"];

/** The loss or the gradient stopped being a number; the parameters of that step are worthless. */
export class NonFiniteError extends Error {
  override readonly name = "NonFiniteError";
  readonly step: number;

  constructor(step: number, loss: number, gradientNorm: number) {
    super(
      `train: expected a finite loss and gradient, got loss ${loss} and gradient norm ${gradientNorm} at step ${step}; lower the learning rate or lengthen the warm-up, and resume from the last checkpoint`,
    );
    this.step = step;
  }
}

/**
 * Trains from `startStep` to the config's last step. Per step: "step", then "evaluation" and
 * "checkpoint" where they are due (both at the last step), and "end" as the last event of all.
 * `return()` (a `break` in the consumer's loop) stops at once and saves nothing; to stop with a
 * checkpoint, abort `signal`.
 * @throws {NonFiniteError} after an "end" event with reason "failed"; likewise any other error.
 */
export async function* train(options: TrainOptions): AsyncGenerator<RunEvent> {
  let step = options.startStep ?? 0;
  try {
    for await (const event of trainSteps(options)) {
      step = event.step;
      yield event;
    }
    const finished = step >= options.config.training.steps;
    yield { type: "end", ...stamp(step), reason: finished ? "finished" : "stopped" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    yield { type: "end", ...stamp(step), reason: "failed", message };
    throw error;
  }
}

async function* trainSteps(options: TrainOptions): AsyncGenerator<RunEvent> {
  const { config, stepper, signal, startStep = 0, evaluationBatches, saveSnapshot } = options;
  const { steps, seed, optimizer, evaluateEvery, checkpointEvery } = config.training;
  const key = randomKey(seed);
  yield {
    type: "start",
    ...stamp(startStep),
    totalSteps: steps,
    resumedFrom: startStep,
    ...options.facts,
  };
  if (startStep >= steps) return;

  const pace = createPace(startStep, steps);
  let step = startStep;
  let askedAt = performance.now();
  for await (const { batch, position } of withPrefetch(options.batches)) {
    if (signal?.aborted && step === startStep && stepper.replicas === undefined) return;
    const waitMs = performance.now() - askedAt;
    step += 1;
    if (isRedrawDue(config.model, step)) {
      stepper.redraw(drawProjections(config.model, splitKey(key, "projection", step - 1)));
    }
    const learningRate = scheduledRate(optimizer, steps, step);
    const dropoutKey = splitKey(key, "dropout", step);
    const startedAt = performance.now();
    const told = { waitMs, stopAsked: signal?.aborted ?? false };
    const result = await stepper.step(batch, { step, learningRate, dropoutKey, told });
    assertFinite(result, step);
    const { together } = result;
    yield {
      type: "step",
      ...stamp(step),
      metrics: metricsOf(result.sums),
      learningRate,
      gradientNorm: result.gradientNorm,
      ...pace.measure(step, tokensOf(batch, result), performance.now() - startedAt, waitMs),
      ...(together && { workers: together.workers.map(throughputOf) }),
    };

    // a stop between two steps: SIGINT arrives here
    await yieldToEventLoop();
    const isLast = step === steps;
    const isStopping = together?.stopAsked ?? signal?.aborted ?? false;
    const isEvaluated = step % evaluateEvery === 0 || isLast;
    const isSaved = step % checkpointEvery === 0 || isLast || isStopping;
    if (isEvaluated || isSaved) await stepper.replicas?.compareWeights(step);
    let validation: Metrics | undefined;
    if (evaluationBatches !== undefined && isEvaluated) {
      validation = await evaluate(options, evaluationBatches());
      yield { type: "evaluation", ...stamp(step), metrics: validation };
    }
    if (saveSnapshot !== undefined && isSaved) {
      const name = await saveSnapshot({
        step,
        model: await stepper.readModel(),
        optimizerState: await stepper.readOptimizerState(),
        position,
        lastRedraw: lastRedraw(config.model, step),
        ...(validation && { validation }),
      });
      yield { type: "checkpoint", ...stamp(step), name };
    }
    if (isEvaluated || isSaved) await stepper.replicas?.meet();
    if (isLast || isStopping) return;
    askedAt = performance.now();
  }
  throw new Error(
    `train: expected batches for ${steps} steps, got ${step}; is the training set empty?`,
  );
}

function evaluate(
  { config, stepper }: TrainOptions,
  batches: AsyncIterable<TrainingBatch>,
): Promise<Metrics> {
  const { evaluationBatches: maxBatches } = config.training;
  return evaluateBatches(
    (batch) => stepper.evaluateBatch(batch),
    batches,
    maxBatches > 0 ? { maxBatches } : {},
  );
}

function redrawEvery({ attention }: ModelConfig): number {
  return "redrawEvery" in attention ? attention.redrawEvery : 0;
}

/** Before the update `step`, so that a checkpoint keeps the projections that it was trained with. */
function isRedrawDue(config: ModelConfig, step: number): boolean {
  const every = redrawEvery(config);
  return every > 0 && step > 1 && (step - 1) % every === 0;
}

/** The number of updates before the draw that update `step` used. */
function lastRedraw(config: ModelConfig, step: number): number {
  const every = redrawEvery(config);
  return every > 0 ? Math.floor((step - 1) / every) * every : 0;
}

function assertFinite({ sums, gradientNorm }: StepResult, step: number): void {
  if (!Number.isFinite(sums.lossSum) || !Number.isFinite(gradientNorm)) {
    throw new NonFiniteError(step, metricsOf(sums).loss, gradientNorm);
  }
}

/** Of all workers. */
function tokensOf(batch: TrainingBatch, { together }: StepResult): number {
  return together?.workers.reduce((sum, { tokens }) => sum + tokens, 0) ?? countTokens(batch);
}

/** How fast a worker computes, whatever it waits for the others. */
function throughputOf({ name, tokens, computeMs, waitMs }: WorkerReport): WorkerThroughput {
  return {
    name,
    tokensPerSecond: (1000 * tokens) / computeMs,
    waitShare: waitMs / (waitMs + computeMs),
  };
}

function stamp(step: number): { step: number; time: string } {
  return { step, time: new Date().toISOString() };
}
