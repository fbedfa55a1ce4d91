/** Memory at every window first; it decides which Transformer the Performer is compared with. */
import { countResidues, empiricalBaseline } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import { proteinSample } from "../training/protein-sample.ts";
import { trainedRun } from "../training/trained-run.ts";
import { longModel, longTraining } from "./models.ts";
import type { LongResult, MemoryPoint, Trained } from "./result.ts";
import { type PeakPoint, runPeak } from "./run-peak.ts";

interface Parameters {
  readonly length: number;
  readonly shortestWindow: number;
  readonly memoryBoundGib: number;
  readonly steps: number;
  readonly evaluateEvery: number;
  readonly seed: number;
  readonly trainSequences: number;
  readonly validationSequences: number;
  readonly precision: "float32" | "bf16";
}

const GIB = 2 ** 30;

export async function* measureLongSequences(
  parameters: Parameters,
  { root, previous }: ExperimentContext<LongResult>,
): AsyncGenerator<ExperimentProgress<LongResult>, LongResult> {
  const { length: tokens, steps, memoryBoundGib, seed, precision } = parameters;
  const windows = windowsOf(parameters);
  const total = 2 * windows.length + 2 * steps;
  yield { done: 0, total, label: "sample" };
  const sample = await proteinSample(root, {
    train: parameters.trainSequences,
    validation: parameters.validationSequences,
  });
  const fitted = empiricalBaseline(await countResidues(createFileSource([sample.train])));
  const { perplexity, accuracy } = fitted.score(
    await countResidues(createFileSource([sample.validation])),
  );
  const memory: MemoryPoint[] = [...(previous?.memory ?? [])];
  const trained: Trained[] = [];
  const resultSoFar = (): LongResult => ({
    ...{ sample: sample.description, tokens, memoryBoundGib, memory, trained },
    unigram: { perplexity, accuracy },
  });

  for (const attention of ["performer-relu", "transformer"] as const) {
    for (const window of windows) {
      if (memory.some((point) => point.attention === attention && point.window === window))
        continue;
      yield { done: memory.length, total, label: `memory, ${attention}, ${window}` };
      memory.push(await memoryPoint(memory, { attention, window, tokens, precision }, parameters));
      yield { done: memory.length, total, label: "", partial: resultSoFar() };
    }
  }
  const longest = windows.at(-1) as number;
  const allowance = peakOf(memory, "performer-relu", longest);
  const fitting = windows.filter((window) => peakOf(memory, "transformer", window) <= allowance);
  const compared = [
    { attention: "performer-relu", window: longest },
    ...fitting.slice(-1).map((window) => ({ attention: "transformer" as const, window })),
  ] as const;
  for (const { attention, window } of compared) {
    const before = memory.length + trained.length * steps;
    const run = trainedRun({
      ...{ root, sample, precision },
      label: `long-${attention}-${window}-${seed}`,
      model: longModel(attention, window),
      training: longTraining({ ...parameters, tokens, window }),
    });
    for (;;) {
      const next = await run.next();
      if (next.done) {
        const { train, validation } = next.value;
        trained.push({ attention, window, curves: { train, validation } });
        break;
      }
      yield { done: before + next.value.step, total, label: next.value.label };
    }
    yield { done: before + steps, total, label: "", partial: resultSoFar() };
  }
  return resultSoFar();
}

function windowsOf({ length, shortestWindow }: Parameters): number[] {
  const windows: number[] = [];
  for (let window = length; window >= shortestWindow; window /= 2) windows.unshift(window);
  return windows;
}

/**
 * Measured, or where exact attention would pass the bound, computed: with the tokens of a step fixed its
 * matrices grow in proportion to the window, so that the last doubling says what the next one adds.
 */
async function memoryPoint(
  memory: readonly MemoryPoint[],
  point: PeakPoint,
  { memoryBoundGib }: Parameters,
): Promise<MemoryPoint> {
  const { attention, window } = point;
  const [before, last] = memory.filter((other) => other.attention === attention).slice(-2);
  if (attention === "transformer" && before && last) {
    const expected = last.peakBytes + 2 * (last.peakBytes - before.peakBytes);
    if (expected > memoryBoundGib * GIB) {
      return { attention, window, peakBytes: expected, measured: false };
    }
  }
  return { attention, window, peakBytes: await runPeak(point), measured: true };
}

function peakOf(
  memory: readonly MemoryPoint[],
  attention: MemoryPoint["attention"],
  window: number,
): number {
  const found = memory.find((point) => point.attention === attention && point.window === window);
  return found?.peakBytes ?? Number.POSITIVE_INFINITY;
}
