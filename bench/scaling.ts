/**
 * Data-parallel training on 1, 2 and 4 processes of this machine, and what follows for more hosts: `npm run
 * bench -- scaling`. With --write the result goes to docs/scaling.json and the block of docs/scaling.md.
 */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { countParameters } from "@performer/performer";
import { measureAlone, measureCluster } from "./scaling/measure.ts";
import type { ScalingStudy } from "./scaling/model.ts";
import { withBlock } from "./scaling/page.ts";
import { formatStudy } from "./scaling/report.ts";
import { machineDescription, waitForQuiet } from "./train/machine.ts";
import { parseBenchOptions, trainCases } from "./train/options.ts";
import { modelConfigOf } from "./train/workload.ts";

const docs = join(import.meta.dirname, "../docs");
const text = (value: string) => ({ type: "string" as const, default: value });
const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    workers: text("1,2,4"),
    size: text("5M"),
    length: text("512"),
    rows: text("2"),
    steps: text("12"),
    "warm-up": text("3"),
    "patience-seconds": text("120"),
    write: { type: "boolean", default: false },
  },
});
const [rows, length] = [Number(values.rows), Number(values.length)];
const [trainCase] = trainCases(
  parseBenchOptions([
    ...["--sizes", values.size, "--lengths", values.length],
    ...["--directions", "bidirectional", "--tokens", String(rows * length)],
  ]),
);
if (trainCase === undefined) throw new Error("scaling: expected a case, got none");
const options = {
  trainCase,
  steps: Number(values.steps),
  warmUpSteps: Number(values["warm-up"]),
};

const quiet = await waitForQuiet(1000 * Number(values["patience-seconds"]));
const alone = await measureAlone(options);
const points = [];
for (const workers of values.workers.split(",").map(Number)) {
  points.push(await measureCluster(workers, options));
  console.log(`${workers} workers: ${points.at(-1)?.stepMs.toFixed(0)} ms a step`);
}
const study: ScalingStudy = {
  machine: machineDescription(),
  cores: availableParallelism(),
  date: new Date().toISOString().slice(0, 10),
  quiet,
  parameters: countParameters(modelConfigOf(trainCase)),
  ...{ rows, length, alone, points },
};
if (values.write) {
  await writeFile(join(docs, "scaling.json"), `${JSON.stringify(study, null, 2)}\n`);
  const page = join(docs, "scaling.md");
  await writeFile(page, withBlock(await readFile(page, "utf8"), formatStudy(study)));
}
console.log(`\n${formatStudy(study)}`);
