/**
 * Measures one mechanism at one length, in a process of its own: the forward pass, then the training
 * step, on the compiled float32 graph that training runs. One line of JSON each (`PointLine`).
 */
import { initModel } from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";
import { ModelConfig, OptimizerConfig } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { createCompiledStepper } from "@performer/training";
import { median } from "../framework/statistics.ts";
import { MECHANISMS, type MechanismName } from "./mechanisms.ts";
import type { Mode } from "./result.ts";

/** What the process is asked, as JSON in its argument. */
export interface PointRequest {
  readonly root: string;
  readonly mechanism: MechanismName;
  readonly length: number;
  readonly modes: readonly Mode[];
  readonly embeddingSize: number;
  readonly numHeads: number;
  readonly feedForwardSize: number;
  readonly numFeatures: number;
}

export type PointLine =
  | { readonly startBytes: number }
  | { readonly mode: Mode; readonly milliseconds: number; readonly peakBytes: number };

/** Runs after the first, which compiles, until so much time was measured. */
const MEASURED_MS = 400;
const MAX_RUNS = 20;

const request = JSON.parse(process.argv[2] ?? "") as PointRequest;
const say = (line: PointLine) => console.log(JSON.stringify(line));

await loadRuntime({ root: request.root });
const libraries = tensorflowLibraries(request.root);
if (libraries === null) {
  throw new Error("point: expected TensorFlow, got none; run: npm run performer -- setup");
}
say({ startBytes: process.memoryUsage().rss });

const stepper = await createCompiledStepper({
  libraries,
  model: initModel(modelConfig(), randomKey(1)),
  optimizer: OptimizerConfig.parse({}),
});
const batch = drawBatch(request.length);
let step = 0;
const WORK: Readonly<Record<Mode, () => Promise<unknown>>> = {
  forward: () => stepper.evaluateBatch(batch),
  step: () => {
    step += 1;
    const dropoutKey = splitKey(randomKey(2), step);
    return stepper.step(batch, { step, learningRate: 1e-3, dropoutKey });
  },
};
for (const mode of request.modes) {
  const milliseconds = await measure(WORK[mode]);
  say({ mode, milliseconds, peakBytes: process.resourceUsage().maxRSS * 1024 });
}
process.exit(0);

/** Median of the runs after the first. */
async function measure(work: () => Promise<unknown>): Promise<number> {
  await work();
  const runs: number[] = [];
  for (let spent = 0; runs.length === 0 || (spent < MEASURED_MS && runs.length < MAX_RUNS); ) {
    const start = performance.now();
    await work();
    const milliseconds = performance.now() - start;
    runs.push(milliseconds);
    spent += milliseconds;
  }
  return median(runs);
}

function modelConfig(): ModelConfig {
  const { mechanism, length, embeddingSize, numHeads, feedForwardSize, numFeatures } = request;
  return ModelConfig.parse({
    embeddingSize,
    numHeads,
    feedForwardSize,
    numLayers: 1,
    maxLength: length,
    attention: MECHANISMS[mechanism].attention({ numFeatures, length }),
  });
}

/** Random residues, 15 % of them masked and scored. */
function drawBatch(length: number): TrainingBatch {
  const stream = createStream(randomKey(3));
  const targets = Int32Array.from({ length }, () => stream.integer(20));
  const lossMask = Float32Array.from(targets, () => Number(stream.uniform() < 0.15));
  const inputs = targets.map((target, position) => (lossMask[position] === 1 ? 28 : target));
  const paddingMask = new Float32Array(length).fill(1);
  return { inputs, targets, lossMask, scoreMask: lossMask, paddingMask, rows: 1, length, epoch: 0 };
}
