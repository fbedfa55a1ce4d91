/**
 * Training speed and memory of the same model, batch and machine in each contender: `npm run bench --
 * train`. Contenders run in processes of their own, interleaved in rounds, so that a disturbance of
 * the machine hits all of them; see docs/benchmarks.md for results.
 */
import { type Contender, type ContenderRun, startContender } from "./train/contender.ts";
import { machineDescription, waitForQuiet } from "./train/machine.ts";
import { parseBenchOptions, type TrainCase, trainCases } from "./train/options.ts";
import { type ContenderResult, formatTable, summarize } from "./train/table.ts";

const options = parseBenchOptions(process.argv.slice(2));
console.log(`${machineDescription()}, ${new Date().toISOString().slice(0, 10)}`);
for (const trainCase of trainCases(options)) {
  const quiet = await waitForQuiet(options.patienceMs);
  const results = await runCase(trainCase);
  console.log(`\n${trainCase.title}${quiet ? "" : " (the machine was not quiet)"}`);
  console.log(formatTable(results));
}

async function runCase(trainCase: TrainCase): Promise<ContenderResult[]> {
  const contenders = [];
  for (const name of options.contenders) {
    const contender = await startContender(name, trainCase);
    // a contender that cannot run here, or not this case, says why, and the others go on
    const first = "reason" in contender ? contender : await warmUp(contender);
    if ("reason" in first) console.log(`${name}: left out, ${first.reason}`);
    else if (!("reason" in contender)) contenders.push({ contender, first });
  }
  try {
    const samples = contenders.map((started) => ({ ...started, runs: [] as ContenderRun[] }));
    for (let round = 0; round < options.rounds; round++) {
      for (const { contender, runs } of samples) {
        runs.push(await contender.run(options.stepsPerRound));
      }
    }
    return samples.map(({ contender, first, runs }) =>
      summarize(contender.name, trainCase.tokensPerStep, first, runs),
    );
  } finally {
    for (const { contender } of contenders) contender.stop();
  }
}

/** @returns the first steps, or why the contender cannot run the case. */
async function warmUp(contender: Contender): Promise<ContenderRun | { reason: string }> {
  try {
    return await contender.run(options.warmUpSteps);
  } catch (error) {
    contender.stop();
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
