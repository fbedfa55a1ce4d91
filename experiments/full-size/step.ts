/**
 * Trains a few steps in a process of its own, on the compiled float32 graph that training runs, and
 * says one line of JSON: so the peak of the process is that of one variant.
 */
import { initModel } from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";
import { type ModelConfig, OptimizerConfig } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { createCompiledStepper } from "@performer/training";

/** What the process is asked, as JSON in its argument. */
export interface StepRequest {
  readonly root: string;
  readonly model: ModelConfig;
  readonly recompute: boolean;
  readonly rows: number;
  readonly length: number;
  /** After the first. */
  readonly steps: number;
}

export interface StepAnswer {
  readonly stepMs: readonly number[];
  readonly peakBytes: number;
  readonly loss: number;
  readonly gradientNorm: number;
}

const request = JSON.parse(process.argv[2] ?? "") as StepRequest;
await loadRuntime({ root: request.root });
const libraries = tensorflowLibraries(request.root);
if (libraries === null) {
  throw new Error("step: expected TensorFlow, got none; run: npm run performer -- setup");
}
const stepper = await createCompiledStepper({
  libraries,
  model: initModel(request.model, randomKey(1)),
  optimizer: OptimizerConfig.parse({}),
  recompute: request.recompute,
});

const stepMs: number[] = [];
let [loss, gradientNorm] = [Number.NaN, Number.NaN];
for (let step = 1; step <= 1 + request.steps; step++) {
  const batch = drawBatch(step);
  const start = performance.now();
  const dropoutKey = splitKey(randomKey(2), step);
  const result = await stepper.step(batch, { step, learningRate: 1e-4, dropoutKey });
  if (step > 1) stepMs.push(performance.now() - start);
  loss = result.sums.lossSum / result.sums.weightSum;
  gradientNorm = result.gradientNorm;
}
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ stepMs, peakBytes, loss, gradientNorm } satisfies StepAnswer));
process.exit(0);

/** Random residues; masked language modelling, or the next residue in causal order. */
function drawBatch(step: number): TrainingBatch {
  const { rows, length, model } = request;
  const stream = createStream(splitKey(randomKey(3), step));
  const residues = Int32Array.from({ length: rows * length }, () => stream.integer(20));
  const paddingMask = new Float32Array(rows * length).fill(1);
  if (model.direction === "causal") {
    const targets = residues.map((_, i) => residues[i + 1] ?? 0);
    const lossMask = paddingMask.map((_, i) => Number((i + 1) % length !== 0));
    return {
      ...{ inputs: residues, targets, lossMask, scoreMask: lossMask, paddingMask },
      rows,
      length,
      epoch: 0,
    };
  }
  const lossMask = Float32Array.from(residues, () => Number(stream.uniform() < 0.15));
  const inputs = residues.map((residue, i) => (lossMask[i] === 1 ? 28 : residue));
  return {
    ...{ inputs, targets: residues, lossMask, scoreMask: lossMask, paddingMask },
    rows,
    length,
    epoch: 0,
  };
}
