/** Learning rate as a pure function of the step: resuming needs no schedule state. */
import type { OptimizerConfig } from "@performer/schema";

/**
 * Linear warm-up to `learningRate` at step `warmupSteps`, then the decay named by `schedule`
 * down to finalShare · learningRate at step `totalSteps`.
 * @param step optimiser updates, the coming one included: 1 for the first, which already moves.
 */
export function scheduledRate(
  config: Pick<OptimizerConfig, "learningRate" | "warmupSteps" | "schedule" | "finalShare">,
  totalSteps: number,
  step: number,
): number {
  const { learningRate, warmupSteps, schedule, finalShare } = config;
  if (step < warmupSteps) return (learningRate * step) / warmupSteps;
  const decaySteps = Math.max(1, totalSteps - warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / decaySteps);
  return learningRate * (finalShare + (1 - finalShare) * remaining(schedule, progress));
}

/** Share of the decay that is still to come, 1 at progress 0. */
function remaining(schedule: OptimizerConfig["schedule"], progress: number): number {
  switch (schedule) {
    case "constant":
      return 1;
    case "linear":
      return 1 - progress;
    case "cosine":
      return (1 + Math.cos(Math.PI * progress)) / 2;
    default:
      return schedule satisfies never;
  }
}
