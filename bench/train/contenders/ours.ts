/** This project: eager on tfjs-node, or compiled. Arguments: contender, case as JSON. */
import { join } from "node:path";
import { createInterface } from "node:readline";
import { initModel } from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { OptimizerConfig } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { supportsBfloat16 } from "@performer/tensorflow/compiled";
import { createCompiledStepper, createEagerStepper, createOptimizer } from "@performer/training";
import type { TrainCase } from "../options.ts";
import { drawBatch, modelConfigOf } from "../workload.ts";

const root = join(import.meta.dirname, "../../..");
const [name = "", json = ""] = process.argv.slice(2);
const trainCase = JSON.parse(json) as TrainCase;
const say = (message: object) => console.log(JSON.stringify(message));

const libraries = tensorflowLibraries(root);
if (libraries === null) refuse("TensorFlow is not installed; run `npm run performer -- setup`");
if (name === "compiled-bf16" && !supportsBfloat16()) refuse("the processor has no bfloat16");

const { backend } = await loadRuntime({ root });
if (backend !== "tensorflow") refuse(`the runtime is ${backend}`);
const stepper = await createStepper();
let step = 0;
say({ ready: true });

for await (const line of createInterface({ input: process.stdin })) {
  const cpu = process.cpuUsage();
  const stepMs: number[] = [];
  let loss = Number.NaN;
  for (let count = 0; count < Number(line); count++) {
    step += 1;
    const batch = drawBatch(trainCase, step);
    const start = performance.now();
    const dropoutKey = splitKey(randomKey(2), step);
    const { sums } = await stepper.step(batch, { step, learningRate: 1e-3, dropoutKey });
    stepMs.push(performance.now() - start);
    loss = sums.lossSum / sums.weightSum;
  }
  const { user, system } = process.cpuUsage(cpu);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  say({ stepMs, cpuMs: (user + system) / 1000, peakBytes, loss });
}

function refuse(reason: string): never {
  say({ reason });
  process.exit(0);
}

function createStepper() {
  const model = initModel(modelConfigOf(trainCase), randomKey(1));
  const optimizer = OptimizerConfig.parse({});
  if (name === "eager") return createEagerStepper({ model, optimizer: createOptimizer(optimizer) });
  const precision = name === "compiled-bf16" ? "bf16" : "float32";
  return createCompiledStepper({
    libraries: libraries as NonNullable<typeof libraries>,
    model,
    optimizer,
    precision,
    recompute: name === "compiled-recompute",
    session: trainCase.session,
  });
}
