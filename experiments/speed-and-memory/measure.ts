/**
 * Every mechanism at every length, round after round, a process each: a disturbance of the machine
 * hits all of them, and an interrupted experiment goes on at the first process that is missing.
 */
import { waitForQuiet } from "../../bench/train/machine.ts";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import type { MechanismName } from "./mechanisms.ts";
import { type Mode, modes, type SpeedPoint, type SpeedResult } from "./result.ts";
import { type PointOutcome, runPoint } from "./run-point.ts";

interface Parameters {
  readonly mechanisms: readonly MechanismName[];
  readonly lengths: readonly number[];
  readonly embeddingSize: number;
  readonly numHeads: number;
  readonly feedForwardSize: number;
  readonly numFeatures: number;
  readonly rounds: number;
  readonly onceFrom: number;
  readonly memoryGib: number;
  readonly seconds: number;
  readonly patienceSeconds: number;
}

export async function* measureSpeed(
  parameters: Parameters,
  { root, previous }: ExperimentContext<SpeedResult>,
): AsyncGenerator<ExperimentProgress<SpeedResult>, SpeedResult> {
  const { mechanisms, lengths, rounds, memoryGib, seconds, patienceSeconds } = parameters;
  const { embeddingSize, numHeads, feedForwardSize, numFeatures } = parameters;
  const bounds = { memoryBytes: memoryGib * 2 ** 30, timeMs: 1000 * seconds };
  let result: SpeedResult = previous ?? { startBytes: 0, memoryGib, points: [] };
  const total =
    mechanisms.length * (lengths.length + (rounds - 1) * lengthsOf(1, parameters).length);
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const length of lengthsOf(round, parameters)) {
      for (const mechanism of mechanisms) {
        done += 1;
        const open = openModes(result, mechanism, length, round);
        if (open.length === 0) continue;
        const label = `round ${round + 1}, ${mechanism}, L ${length}`;
        yield { done: done - 1, total, label };
        const sizes = { embeddingSize, numHeads, feedForwardSize, numFeatures };
        await waitForQuiet(1000 * patienceSeconds);
        const outcome = await runPoint({ root, mechanism, length, modes: open, ...sizes }, bounds);
        result = withOutcome(result, mechanism, length, outcome);
        yield { done, total, label, partial: result };
      }
    }
  }
  return result;
}

/** All of them first; the far ones, which take minutes, not again. */
export function lengthsOf(
  round: number,
  { lengths, onceFrom }: Pick<Parameters, "lengths" | "onceFrom">,
): readonly number[] {
  return round === 0 ? lengths : lengths.filter((length) => length < onceFrom);
}

/** What this round still has to measure; nothing past a length where a bound was met. */
function openModes(
  { points }: SpeedResult,
  mechanism: MechanismName,
  length: number,
  round: number,
): Mode[] {
  const own = points.filter((point) => point.mechanism === mechanism);
  const point = own.find((candidate) => candidate.length === length);
  return modes.filter((mode) => {
    const ended = own.some((other) => other.length <= length && other[mode].ended !== null);
    return !ended && (point?.[mode].milliseconds.length ?? 0) <= round;
  });
}

const reached = (mode: Mode, end: Mode) => modes.indexOf(mode) >= modes.indexOf(end);

function withOutcome(
  result: SpeedResult,
  mechanism: MechanismName,
  length: number,
  { startBytes, figures, ended }: PointOutcome,
): SpeedResult {
  const fresh = () => ({ milliseconds: [], peakBytes: [], ended: null });
  const same = (point: SpeedPoint) => point.mechanism === mechanism && point.length === length;
  const before = result.points.find(same) ?? {
    mechanism,
    length,
    forward: fresh(),
    step: fresh(),
  };
  const after = { ...before };
  for (const mode of modes) {
    const figure = figures[mode];
    after[mode] = {
      milliseconds: [...before[mode].milliseconds, ...(figure ? [figure.milliseconds] : [])],
      peakBytes: [...before[mode].peakBytes, ...(figure ? [figure.peakBytes] : [])],
      // a step holds what a forward pass does, and more
      ended: ended && reached(mode, ended.mode) ? ended.by : before[mode].ended,
    };
  }
  const points = [...result.points.filter((point) => !same(point)), after];
  return {
    ...result,
    startBytes: Math.max(result.startBytes, startBytes),
    points: points.sort((a, b) => a.length - b.length),
  };
}
