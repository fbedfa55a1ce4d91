/**
 * Memory of the process over 5,000 compiled training steps: `npm run bench -- steady-memory [STEPS]`. The model
 * is small, so that what a step leaks is not hidden by what it needs; projections are redrawn and a
 * batch is evaluated on the way, as in training.
 */
import { join } from "node:path";
import { drawProjections, initModel } from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { OptimizerConfig } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { createCompiledStepper } from "@performer/training";
import { machineDescription } from "./train/machine.ts";
import type { TrainCase } from "./train/options.ts";
import { drawBatch, modelConfigOf } from "./train/workload.ts";

const CASE: TrainCase = {
  title: "small",
  model: { embeddingSize: 32, numLayers: 2, numHeads: 2, feedForwardSize: 64 },
  direction: "bidirectional",
  rows: 2,
  length: 64,
  tokensPerStep: 128,
  numFeatures: 32,
  chunkSize: 64,
  session: {},
};
const REDRAW_EVERY = 100;

const steps = Number(process.argv[2] ?? 5000);
const root = join(import.meta.dirname, "..");
const libraries = tensorflowLibraries(root);
if (libraries === null) {
  throw new Error("steady-memory: expected TensorFlow, got none; run `npm run performer -- setup`");
}
await loadRuntime({ root });
const config = modelConfigOf(CASE);
const stepper = await createCompiledStepper({
  libraries,
  model: initModel(config, randomKey(1)),
  optimizer: OptimizerConfig.parse({}),
});
console.log(machineDescription());
console.log("| steps | resident, MiB | JavaScript heap, MiB |\n|---|---|---|");
for (let step = 1; step <= steps; step++) {
  const batch = drawBatch(CASE, step);
  const dropoutKey = splitKey(randomKey(2), step);
  await stepper.step(batch, { step, learningRate: 1e-3, dropoutKey });
  if (step % REDRAW_EVERY === 0) {
    stepper.redraw(drawProjections(config, splitKey(randomKey(3), step)));
    await stepper.evaluateBatch(batch);
  }
  if (step % (steps / 10) === 0) {
    const { rss, heapUsed } = process.memoryUsage();
    console.log(`| ${step} | ${(rss / 2 ** 20).toFixed(0)} | ${(heapUsed / 2 ** 20).toFixed(0)} |`);
  }
}
stepper.dispose();
