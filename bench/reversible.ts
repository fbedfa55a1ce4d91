/**
 * What reversible layers cost and save: `npm run bench -- reversible`. Ordinary layers, ordinary layers
 * that compute the random features again, and reversible ones, eager and compiled, each in a process of
 * its own and one at a time, as the memory of one must not crowd another out.
 */
import { parseArgs } from "node:util";
import { type ContenderRun, startContender } from "./train/contender.ts";
import { machineDescription, waitForQuiet } from "./train/machine.ts";
import type { ContenderName, TrainCase } from "./train/options.ts";
import { summarize } from "./train/table.ts";

const VARIANTS = [
  ["eager", "ordinary"],
  ["eager", "reversible"],
  ["compiled-float32", "ordinary"],
  ["compiled-recompute", "ordinary"],
  ["compiled-float32", "reversible"],
] as const satisfies readonly (readonly [ContenderName, "ordinary" | "reversible"])[];

interface Measured {
  readonly warmUp: ContenderRun;
  readonly run: ContenderRun;
}

const { values } = parseArgs({
  options: {
    lengths: { type: "string", default: "128,512,4096,16384" },
    layers: { type: "string", default: "12" },
    rounds: { type: "string", default: "2" },
    steps: { type: "string", default: "2" },
    contenders: { type: "string", default: "eager,compiled-float32,compiled-recompute" },
    "patience-seconds": { type: "string", default: "120" },
  },
});

const chosen = values.contenders.split(",");
console.log(`${machineDescription()}, ${new Date().toISOString().slice(0, 10)}`);
for (const length of values.lengths.split(",").map(Number)) {
  const quiet = await waitForQuiet(1000 * Number(values["patience-seconds"]));
  console.log(
    `\nL ${length}, B 1, ${values.layers} layers${quiet ? "" : " (the machine was not quiet)"}`,
  );
  console.log("| contender | layers | step, ms | CPU, s a step | peak, MiB | last loss |");
  console.log("|---|---|---|---|---|---|");
  const runs = VARIANTS.map(() => [] as Measured[]);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [index, [contender, residual]] of VARIANTS.entries()) {
      if (chosen.includes(contender)) runs[index]?.push(await measure(contender, residual, length));
    }
  }
  for (const [index, [contender, residual]] of VARIANTS.entries()) {
    const measured = runs[index] ?? [];
    const [first] = measured;
    if (first === undefined) continue;
    const { stepMs, cpuMsPerStep, peakBytes, loss } = summarize(
      contender,
      length,
      first.warmUp,
      measured.map(({ run }) => run),
    );
    const cells = [
      contender,
      residual,
      `${stepMs.median.toFixed(0)} (${stepMs.low.toFixed(0)}-${stepMs.high.toFixed(0)})`,
      (cpuMsPerStep / 1000).toFixed(2),
      (peakBytes / 2 ** 20).toFixed(0),
      loss.toFixed(3),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

/** @throws {Error} where the contender cannot run here. */
async function measure(
  name: ContenderName,
  residual: "ordinary" | "reversible",
  length: number,
): Promise<Measured> {
  const trainCase: TrainCase = {
    title: `L ${length}, ${residual}`,
    model: {
      embeddingSize: 128,
      numHeads: 8,
      numLayers: Number(values.layers),
      feedForwardSize: 512,
      residual,
    },
    direction: "bidirectional",
    rows: 1,
    length,
    tokensPerStep: length,
    numFeatures: 128,
    chunkSize: 64,
    session: {},
  };
  const contender = await startContender(name, trainCase);
  if ("reason" in contender) throw new Error(`${name}: ${contender.reason}`);
  try {
    const warmUp = await contender.run(1);
    return { warmUp, run: await contender.run(Number(values.steps)) };
  } finally {
    contender.stop();
  }
}
