/** Trains two steps and prints the peak resident memory of its process, bytes. Argument: the point as JSON. */
import { join } from "node:path";
import { initModel } from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";
import { ModelConfig, OptimizerConfig } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { createCompiledStepper } from "@performer/training";
import { longModel } from "./models.ts";
import type { PeakPoint } from "./run-peak.ts";

const STEPS = 2;

const root = join(import.meta.dirname, "../..");
const { attention, window, tokens, precision } = JSON.parse(process.argv[2] ?? "") as PeakPoint;
await loadRuntime({ root });
const libraries = tensorflowLibraries(root);
if (libraries === null) {
  throw new Error("peak: expected TensorFlow, got none; run npm run performer -- setup");
}
const stepper = await createCompiledStepper({
  libraries,
  precision,
  model: initModel(ModelConfig.parse(longModel(attention, window)), randomKey(1)),
  optimizer: OptimizerConfig.parse({}),
});
for (let step = 1; step <= STEPS; step++) {
  await stepper.step(drawBatch(tokens / window, window, step), {
    step,
    learningRate: 1e-3,
    dropoutKey: splitKey(randomKey(2), step),
  });
}
console.log(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));

/** Random residues: memory does not depend on them. */
function drawBatch(rows: number, length: number, step: number): TrainingBatch {
  const stream = createStream(splitKey(randomKey(3), step));
  const draw = () => Int32Array.from({ length: rows * length }, () => stream.integer(20));
  const ones = new Float32Array(rows * length).fill(1);
  return {
    ...{ inputs: draw(), targets: draw(), rows, length, epoch: 0 },
    ...{ lossMask: ones, scoreMask: ones, paddingMask: ones },
  };
}
