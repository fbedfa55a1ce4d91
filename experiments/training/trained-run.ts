/**
 * One training run of an experiment, as the trainer does it: a run folder under .cache/experiments/runs.
 * A run that is finished is read, one that was stopped goes on from its checkpoint; so an experiment is
 * continued by the same command, and experiments that train the same model share it.
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { parseWith, RunConfig } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import { chooseStepper, type Precision, runTraining } from "@performer/trainer";
import { latestCheckpoint, readRunEvents, runPaths, summarizeRun } from "@performer/training";
import type { z } from "zod";
import { type Curves, curvesOf } from "./curves.ts";
import type { ProteinSample } from "./protein-sample.ts";

type RunConfigInput = z.input<typeof RunConfig>;

export interface RunOptions {
  /** Folder of the clone. */
  readonly root: string;
  /** Begins the run's name. */
  readonly label: string;
  readonly model: RunConfigInput["model"];
  readonly training: RunConfigInput["training"];
  readonly sample: ProteinSample;
  readonly precision: Precision;
  /** A checkpoint's folder: the weights to begin with. */
  readonly from?: string;
}

export interface RunProgress {
  readonly label: string;
  readonly step: number;
}

export interface TrainedRun extends Curves {
  /** The last checkpoint's folder. */
  readonly checkpoint: string;
}

/** Steps as they are done, then the run. @throws {NonFiniteError} and all else that a run may. */
export async function* trainedRun(options: RunOptions): AsyncGenerator<RunProgress, TrainedRun> {
  const { root, label, sample, precision, from } = options;
  const runsDirectory = join(root, ".cache/experiments/runs");
  const runId = runIdOf(options);
  const config = parseWith(RunConfig, { name: runId, ...pickConfig(options) }, `run ${label}`);
  if ((await summarizeRun(runsDirectory, runId))?.status !== "finished") {
    const runtime = await loadRuntime({ root });
    const { name: backend, ...stepper } = chooseStepper(runtime, { root, precision, eager: false });
    const events = runTraining({
      config,
      trainFiles: [sample.train],
      validationFiles: [sample.validation],
      runsDirectory,
      runId,
      resume: "if-exists",
      from,
      backend,
      ...stepper,
    });
    for await (const { type, step } of events) if (type === "step") yield { label, step };
  }
  const { root: folder, checkpoints } = runPaths(join(runsDirectory, runId));
  const checkpoint = await latestCheckpoint(checkpoints);
  if (checkpoint === undefined) {
    throw new Error(
      `trainedRun: expected a checkpoint in ${checkpoints}, got none; delete ${folder}`,
    );
  }
  return { ...curvesOf(await readRunEvents(folder), config), checkpoint: checkpoint.path };
}

/**
 * Names all that the result depends on, as it was written: a default that is added to the schema later
 * must not orphan the runs that there are.
 */
function runIdOf(options: RunOptions): string {
  const { label, sample, precision, from } = options;
  const files = [sample.train, sample.validation].map((file) => basename(file));
  const start = from === undefined ? {} : { from: from.split(/[\\/]/).slice(-3) };
  const identity = JSON.stringify({ ...pickConfig(options), files, precision, ...start });
  return `${label}-${createHash("sha256").update(identity).digest("hex").slice(0, 8)}`;
}

const pickConfig = ({ model, training }: RunOptions) => ({ model, training });
