/** Progress on the terminal: a bar, or where there is no terminal a line every few seconds. */
import { SingleBar } from "cli-progress";
import type { ExperimentProgress } from "./experiment.ts";

export interface ProgressBar {
  show(progress: ExperimentProgress<unknown>): void;
  close(): void;
}

export function createProgressBar(): ProgressBar {
  const bar = new SingleBar({
    format: "{value}/{total} {bar} {eta_formatted} left  {label}",
    barsize: 20,
    fps: 4,
    hideCursor: true,
    gracefulExit: false,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  let started = false;
  return {
    show({ done, total, label }) {
      if (!started) bar.start(total, done, { label });
      started = true;
      bar.setTotal(total);
      bar.update(done, { label });
    },
    close: () => bar.stop(),
  };
}
