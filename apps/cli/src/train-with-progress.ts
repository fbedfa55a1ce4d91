/**
 * Trains with progress on the terminal and Ctrl-C that stops at a checkpoint: what `performer train`
 * and `performer demo` share.
 */
import { join } from "node:path";
import {
  type Backend,
  formatRuntime,
  loadRuntime,
  parseDevice,
  showOnly,
} from "@performer/tensorflow";
import {
  chooseStepper,
  joinAsAsked,
  type RunTrainingOptions,
  runTraining,
  type StepperWishes,
} from "@performer/trainer";
import { listenForInterrupt } from "./interrupt.ts";
import { Interrupted } from "./report-error.ts";
import { createTrainingProgress } from "./training-progress.ts";

type Run = Omit<RunTrainingOptions, "signal" | "backend" | "createStepper" | "cluster">;
type Wishes = Omit<StepperWishes, "cluster" | "device">;

export interface TrainWithProgressOptions extends Run, Wishes {
  /** The best one to try. */
  readonly backend: Backend;
  /** Path of a cluster file; default TF_CONFIG, else this process alone. */
  readonly clusterFile?: string | undefined;
  /** "worker:0" */
  readonly task?: string | undefined;
  /** "gpu:1" */
  readonly device?: string | undefined;
  /** What a person types to go on after Ctrl-C. */
  readonly resumeCommand: string;
}

/**
 * @returns the folder of the last checkpoint, if this process wrote one.
 * @throws {Interrupted} after Ctrl-C; the error of the run where it failed.
 */
export async function trainWithProgress(
  options: TrainWithProgressOptions,
): Promise<string | undefined> {
  const { root, runsDirectory, runId, resumeCommand, clusterFile, task } = options;
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const device = options.device === undefined ? undefined : parseDevice(options.device);
  if (device !== undefined) showOnly(device);
  const runtime = await loadRuntime({ root, prefer: options.backend });
  log(formatRuntime(runtime));
  const cluster = await joinAsAsked({ root, log, cluster: clusterFile, task });
  using interruption = listenForInterrupt(
    "Stopping after this step, with a checkpoint … (Ctrl-C again: at once, without)",
  );
  const progress = createTrainingProgress();
  const { name: backend, ...stepper } = chooseStepper(runtime, { ...options, cluster, device });
  const { signal } = interruption;
  let checkpoint: string | undefined;
  let stoppedAt: number | undefined;
  try {
    for await (const event of runTraining({ ...options, ...stepper, backend, signal, cluster })) {
      progress.show(event);
      if (event.type === "checkpoint") checkpoint = event.name;
      if (event.type === "end" && event.reason === "stopped") stoppedAt = event.step;
    }
  } finally {
    progress.close();
    await cluster?.leave();
  }
  if (stoppedAt !== undefined) {
    throw new Interrupted(`Stopped at step ${stoppedAt}. Go on with: ${resumeCommand}`);
  }
  return checkpoint && join(runsDirectory, runId, "checkpoints", checkpoint);
}
