/**
 * One update from several parts of a batch: of this process, to save memory, and of every worker of a cluster.
 * The gradient is that of the whole batch, as it is the sum over all parts, divided once. Dropout masks are
 * drawn for each part, so with dropout the parts matter.
 */
import type { TrainingBatch } from "@performer/proteins";
import { splitKey } from "@performer/random";
import {
  type Cluster,
  compileAccumulatedStep,
  type Program,
  type UpdateOptions,
} from "@performer/tensorflow/compiled";
import { batchInputs, type GraphModel, lossOf } from "../compiled/graph-model.ts";
import { sumsOf } from "../metrics.ts";
import { countTokens, splitBatch } from "./micro-batches.ts";
import type { StepContext, StepResult, WorkerReport } from "./train-stepper.ts";

export interface MicroBatchOptions extends UpdateOptions {
  /** Parts of this worker's batch. */
  readonly accumulate: number;
  readonly cluster?: Cluster | undefined;
}

export interface MicroBatchUpdate {
  /** Makes every variable, so that all workers have the same ones. */
  prepare(): Promise<void>;
  step(batch: TrainingBatch, context: StepContext): Promise<StepResult>;
}

/** Numbers of a report: tokens, computeMs, waitMs, and whether to stop. */
const NUM_REPORTED = 4;

export function createMicroBatchUpdate(
  program: Program,
  model: GraphModel,
  { accumulate, cluster, ...options }: MicroBatchOptions,
): MicroBatchUpdate {
  const compiled = compileAccumulatedStep(program, {
    ...options,
    cluster,
    numSums: 3,
    numReported: NUM_REPORTED,
    loss: (inputs, context) => {
      const { learned, sums } = lossOf(model, inputs, context, "training");
      return { lossSum: learned.lossSum, weight: learned.weightSum, sums };
    },
  });
  return {
    prepare: () => compiled.prepare(),
    async step(batch, { dropoutKey, told, ...context }) {
      const startedAt = performance.now();
      for (const [index, part] of splitBatch(batch, accumulate).entries()) {
        const seed = splitKey(dropoutKey, "part", cluster?.rank ?? 0, index);
        await compiled.add(batchInputs(part), seed);
      }
      const computeMs = performance.now() - startedAt;
      const { waitMs = 0, stopAsked = false } = told ?? {};
      const { sums, gradientNorm, reports } = await compiled.update(
        context,
        Float32Array.of(countTokens(batch), computeMs, waitMs, Number(stopAsked)),
      );
      const result = { sums: sumsOf(sums), gradientNorm };
      return cluster === undefined
        ? result
        : { ...result, together: readReports(cluster, reports) };
    },
  };
}

function readReports(
  { members }: Cluster,
  reports: Float32Array,
): NonNullable<StepResult["together"]> {
  const told = members.map(({ name }, rank) => {
    const start = rank * NUM_REPORTED;
    const [tokens = 0, computeMs = 0, waitMs = 0, stop = 0] = reports.subarray(
      start,
      start + NUM_REPORTED,
    );
    return { worker: { name, tokens, computeMs, waitMs } satisfies WorkerReport, stop };
  });
  return {
    workers: told.map(({ worker }) => worker),
    stopAsked: told.some(({ stop }) => stop > 0),
  };
}
