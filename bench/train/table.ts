/** Figures of the contenders, and the table that shows them. */
import type { ContenderRun } from "./contender.ts";

export interface ContenderResult {
  readonly name: string;
  readonly tokensPerSecond: number;
  /** Median, and the lowest and highest of the single steps. */
  readonly stepMs: { readonly median: number; readonly low: number; readonly high: number };
  /** The very first step: graph building and compilation too. */
  readonly firstStepMs: number;
  readonly cpuMsPerStep: number;
  readonly peakBytes: number;
  readonly loss: number;
}

export function summarize(
  name: string,
  tokensPerStep: number,
  warmUp: ContenderRun,
  runs: readonly ContenderRun[],
): ContenderResult {
  const steps = runs.flatMap((run) => run.stepMs).sort((a, b) => a - b);
  const middle = steps.length / 2;
  const median = ((steps[Math.ceil(middle) - 1] ?? 0) + (steps[Math.floor(middle)] ?? 0)) / 2;
  return {
    name,
    tokensPerSecond: (1000 * tokensPerStep) / median,
    stepMs: { median, low: steps[0] ?? 0, high: steps.at(-1) ?? 0 },
    firstStepMs: warmUp.stepMs[0] ?? Number.NaN,
    cpuMsPerStep: runs.reduce((sum, run) => sum + run.cpuMs, 0) / steps.length,
    peakBytes: Math.max(...runs.map((run) => run.peakBytes)),
    loss: runs.at(-1)?.loss ?? Number.NaN,
  };
}

/** The contender that the others are compared with. */
const REFERENCE = "compiled-float32";

/** A Markdown table. "ratio" is the contender's tokens/s over those of the compiled float32 step. */
export function formatTable(results: readonly ContenderResult[]): string {
  const reference = results.find(({ name }) => name === REFERENCE)?.tokensPerSecond;
  const rows = results.map(({ name, tokensPerSecond, stepMs, loss, ...result }) => [
    name,
    tokensPerSecond.toFixed(0),
    `${stepMs.median.toFixed(0)} (${stepMs.low.toFixed(0)}-${stepMs.high.toFixed(0)})`,
    (result.firstStepMs / 1000).toFixed(1),
    (result.cpuMsPerStep / 1000).toFixed(2),
    (result.peakBytes / 2 ** 20).toFixed(0),
    reference === undefined ? "" : (tokensPerSecond / reference).toFixed(2),
    loss.toFixed(3),
  ]);
  const head = [
    "contender",
    "tokens/s",
    "step, ms",
    "first step, s",
    "CPU, s a step",
    "peak, MiB",
    "ratio",
    "last loss",
  ];
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
