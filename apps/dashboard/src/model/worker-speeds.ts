/** The workers of a run over several steps. */
import type { WorkerThroughput } from "@performer/schema";

/**
 * Means over the steps that the present workers made, in the order of rank; none where the last step was
 * made by one process. A run that went on with other workers has only its present ones.
 */
export function workersOver(
  steps: readonly { readonly workers?: readonly WorkerThroughput[] | undefined }[],
): WorkerThroughput[] {
  const present = steps.at(-1)?.workers ?? [];
  return present.map(({ name }) => {
    const told = steps.flatMap(({ workers = [] }) => workers.filter((each) => each.name === name));
    const mean = (of: (worker: WorkerThroughput) => number) =>
      told.reduce((sum, worker) => sum + of(worker), 0) / told.length;
    return {
      name,
      tokensPerSecond: mean(({ tokensPerSecond }) => tokensPerSecond),
      waitShare: mean(({ waitShare }) => waitShare),
    };
  });
}
