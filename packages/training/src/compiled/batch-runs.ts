/** A batch through a compiled graph, in runs of the few shapes that the graph is compiled for. */
import type { CollatedSequences } from "@performer/proteins";
import type { CompiledForward, HostTensor } from "@performer/tensorflow/compiled";
import pLimit from "p-limit";

export interface BatchRunOptions {
  /** Of the outputs that are wanted. */
  readonly names: readonly string[];
  /** Numbers of a position in each of them. */
  readonly width: number;
  readonly lanes: Lanes;
}

/** Each output of `names` for the whole batch, [B × L × width], in runs of few rows. */
export async function runInParts(
  forward: CompiledForward,
  { tokens, paddingMask, rows, length }: CollatedSequences,
  { names, width, lanes }: BatchRunOptions,
): Promise<Float32Array[]> {
  const results = names.map(() => new Float32Array(rows * length * width));
  const compute = async (run: Run) => {
    const [start, size] = [run.first * length, run.rows * length];
    const outputs = await forward(
      inputsOf({
        tokens: window(tokens, start, size),
        // the rows that fill the last run up take no part
        paddingMask: window(paddingMask, start, size),
        rows: run.rows,
        length,
      }),
    );
    const offset = start * width;
    for (const [index, whole] of results.entries()) {
      const values = outputs[names[index] as string]?.values as Float32Array;
      whole.set(values.subarray(0, whole.length - offset), offset);
    }
  };
  const lane = length > MANY_TOKENS ? lanes.long : lanes.short;
  await lane.map(runsOf(rows, length), compute);
  return results;
}

/** A batch as the graph takes it. */
export function inputsOf({ tokens, paddingMask, rows, length }: CollatedSequences) {
  const shape = [rows, length];
  return {
    tokens: { type: "int32", shape, values: tokens },
    paddingMask: { type: "float32", shape, values: paddingMask },
  } satisfies Record<string, HostTensor>;
}

/** Tokens of a run: with fewer, most of the time goes to the nodes themselves. */
const FEW_TOKENS = 256;
/** With so many a token takes two thirds of the time; with more, memory alone grows. */
const MANY_TOKENS = 1280;

/**
 * Runs of a model at a time, whoever asks: while the threads of one wait for the last of them, the other
 * computes. Long rows keep the threads busy by themselves, and two would take twice the memory.
 */
export const createLanes = () => ({ short: pLimit(2), long: pLimit(1) });
type Lanes = ReturnType<typeof createLanes>;

interface Run {
  readonly first: number;
  readonly rows: number;
}

/**
 * Two shapes a length, and the larger one for batches that fill it: compiling another one for each
 * number of rows (0.3 s each) took longer than embedding a thousand proteins. What a row is computed
 * with is settled by its batch alone, so a resumed file has the bytes of one written in one go.
 */
function runsOf(rows: number, length: number): Run[] {
  const [few, many] = [FEW_TOKENS, MANY_TOKENS].map((tokens) =>
    Math.max(1, Math.floor(tokens / length)),
  ) as [number, number];
  const runs: Run[] = [];
  for (let first = 0; first < rows; ) {
    const run = { first, rows: rows - first < many ? few : many };
    runs.push(run);
    first += run.rows;
  }
  return runs;
}

/** `size` values from `start` on, zeros past the end. */
function window<Values extends Int32Array | Float32Array>(
  values: Values,
  start: number,
  size: number,
): Values {
  const part = values.slice(start, start + size) as Values;
  if (part.length === size) return part;
  const whole = new (values.constructor as new (size: number) => Values)(size);
  whole.set(part);
  return whole;
}
