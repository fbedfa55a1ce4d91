/**
 * Where a compiled training step spends its time, by operation and by part of the model:
 * `npm run bench -- profile --contenders compiled-bf16 …` with the options of `train`. Times are those
 * of the kernels, from TensorFlow's own statistics of one step; with several threads their sum exceeds
 * the step's, so the shares are what to read.
 */
import { join } from "node:path";
import { initModel } from "@performer/performer";
import { randomKey, splitKey } from "@performer/random";
import { OptimizerConfig } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import type { NodeTime } from "@performer/tensorflow/compiled";
import { createCompiledStepper } from "@performer/training";
import { nodeShares } from "./node-shares.ts";
import { machineDescription } from "./train/machine.ts";
import { parseBenchOptions, type TrainCase, trainCases } from "./train/options.ts";
import { drawBatch, modelConfigOf } from "./train/workload.ts";

const WARM_UP = 3;
const MEASURED = 3;

const root = join(import.meta.dirname, "..");
const options = parseBenchOptions(process.argv.slice(2));
const libraries = tensorflowLibraries(root);
if (libraries === null) {
  throw new Error("profile: expected TensorFlow, got none; run `npm run performer -- setup`");
}
await loadRuntime({ root });
console.log(machineDescription());
for (const trainCase of trainCases(options)) {
  for (const name of options.contenders) {
    if (name !== "compiled-float32" && name !== "compiled-bf16") continue;
    const times = await profile(trainCase, name === "compiled-bf16" ? "bf16" : "float32");
    console.log(`\n${trainCase.title}, ${name}`);
    console.log(nodeShares(times, { runs: MEASURED, groupOf: ({ op, node }) => op || node }));
    console.log(nodeShares(times, { runs: MEASURED, groupOf: ({ node }) => partOf(node) }));
  }
}

async function profile(trainCase: TrainCase, precision: "float32" | "bf16"): Promise<NodeTime[]> {
  const stepper = await createCompiledStepper({
    libraries: libraries as NonNullable<typeof libraries>,
    model: initModel(modelConfigOf(trainCase), randomKey(1)),
    optimizer: OptimizerConfig.parse({}),
    precision,
    session: trainCase.session,
  });
  const times: NodeTime[] = [];
  for (let step = 1; step <= WARM_UP + MEASURED; step++) {
    const context = { step, learningRate: 1e-3, dropoutKey: splitKey(randomKey(2), step) };
    const batch = drawBatch(trainCase, step);
    if (step <= WARM_UP) await stepper.step(batch, context);
    else times.push(...(await stepper.profile(batch, context)));
  }
  stepper.dispose();
  return times;
}

/** "train/gradients/layers/3/attention/MatMul_2" → "gradients attention" */
function partOf(node: string): string {
  const phase = node.includes("/gradients/") ? "backward" : "forward";
  const part =
    /(attentionNorm|attention|feedForwardNorm|feedForward|embedding|output|optimizer)\//.exec(
      node,
    )?.[1];
  return part === "optimizer" ? part : `${phase} ${part ?? "other"}`;
}
