/**
 * One worker of the scaling bench, on random batches. Argument: WorkerPlan as JSON. Prints its times as one
 * line of JSON: of each step in a cluster those of the slowest worker.
 */
import { join } from "node:path";
import { initModel } from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { type ClusterConfig, type ClusterTask, OptimizerConfig } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { joinCluster, membershipOf } from "@performer/tensorflow/compiled";
import { createCompiledStepper } from "@performer/training";
import type { TrainCase } from "../train/options.ts";
import { drawBatch, modelConfigOf } from "../train/workload.ts";

export interface WorkerPlan {
  /** Absent: one process by itself. */
  readonly cluster?: { readonly config: ClusterConfig; readonly task: ClusterTask };
  readonly threads: number;
  readonly trainCase: TrainCase;
  readonly warmUpSteps: number;
  readonly steps: number;
}

export interface WorkerTimes {
  readonly computeMs: readonly number[];
  readonly stepMs: readonly number[];
  readonly meetMs: readonly number[];
}

const root = join(import.meta.dirname, "../..");
const plan = JSON.parse(process.argv[2] ?? "") as WorkerPlan;
const { threads, trainCase, warmUpSteps, steps } = plan;

await loadRuntime({ root });
const libraries = tensorflowLibraries(root);
if (libraries === null)
  throw new Error("TensorFlow is not installed; run npm run performer -- setup");
const membership = plan.cluster && membershipOf(plan.cluster.config, plan.cluster.task);
const cluster = membership && (await joinCluster({ libraries, membership, threads }));
const stepper = await createCompiledStepper({
  ...{ libraries, threads, cluster },
  model: initModel(modelConfigOf(trainCase), randomKey(1)),
  optimizer: OptimizerConfig.parse({}),
});

const times = { computeMs: [] as number[], stepMs: [] as number[], meetMs: [] as number[] };
for (let step = 1; step <= warmUpSteps + steps; step++) {
  const batch = drawBatch(trainCase, step * 1000 + (cluster?.rank ?? 0));
  const dropoutKey = splitKey(randomKey(2), step);
  const start = performance.now();
  const { together } = await stepper.step(batch, { step, learningRate: 1e-4, dropoutKey });
  const stepMs = performance.now() - start;
  const met = performance.now();
  await cluster?.exchange("", "step");
  if (step <= warmUpSteps) continue;
  times.stepMs.push(stepMs);
  times.meetMs.push(performance.now() - met);
  times.computeMs.push(
    Math.max(...(together?.workers.map(({ computeMs }) => computeMs) ?? [stepMs])),
  );
}
console.log(JSON.stringify(times satisfies WorkerTimes));
await cluster?.leave();
process.exit(0);
