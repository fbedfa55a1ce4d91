/**
 * Trains with progress on the terminal and Ctrl-C that stops at a checkpoint: what `performer train`
 * and `performer demo` share.
 */
import { type Backend, formatRuntime, loadRuntime } from "@performer/tensorflow";
import { type RunTrainingOptions, runTraining } from "@performer/trainer";
import { listenForInterrupt } from "./interrupt.ts";
import { Interrupted } from "./report-error.ts";
import { createTrainingProgress } from "./training-progress.ts";

export interface TrainWithProgressOptions extends Omit<RunTrainingOptions, "signal" | "backend"> {
  readonly root: string;
  readonly backend: Backend;
}

/**
 * @param resumeCommand what a person types to go on after Ctrl-C.
 * @throws {Interrupted} after Ctrl-C; the error of the run where it failed.
 */
export async function trainWithProgress(
  { root, backend, ...options }: TrainWithProgressOptions,
  resumeCommand: string,
): Promise<void> {
  const runtime = await loadRuntime({ root, prefer: backend });
  process.stderr.write(`${formatRuntime(runtime)}\n`);
  using interruption = listenForInterrupt(
    "Stopping after this step, with a checkpoint … (Ctrl-C again: at once, without)",
  );
  const progress = createTrainingProgress();
  const events = runTraining({
    ...options,
    backend: runtime.backend,
    signal: interruption.signal,
  });
  let stoppedAt: number | undefined;
  try {
    for await (const event of events) {
      progress.show(event);
      if (event.type === "end" && event.reason === "stopped") stoppedAt = event.step;
    }
  } finally {
    progress.close();
  }
  if (stoppedAt !== undefined) {
    throw new Interrupted(`Stopped at step ${stoppedAt}. Go on with: ${resumeCommand}`);
  }
}
