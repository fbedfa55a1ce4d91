/**
 * Training speed and memory of the same model, batch and machine in each contender: `npm run bench --
 * train`. Contenders run in processes of their own, interleaved in rounds, so that a disturbance of
 * the machine hits all of them; see docs/benchmarks.md for results.
 */
import { startContender } from "./train/contender.ts";
import { machineDescription, waitForQuiet } from "./train/machine.ts";
import { parseBenchOptions, type TrainCase, trainCases } from "./train/options.ts";
import { type ContenderResult, formatTable, summarize } from "./train/table.ts";

const options = parseBenchOptions(process.argv.slice(2));
console.log(machineDescription());
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
    // a contender that cannot run here says why, and the others go on
    if ("reason" in contender) console.log(`${name}: left out, ${contender.reason}`);
    else contenders.push(contender);
  }
  try {
    for (const contender of contenders) await contender.run(options.warmUpSteps);
    const samples = contenders.map((contender) => ({ contender, runs: [] as Run[] }));
    for (let round = 0; round < options.rounds; round++) {
      for (const { contender, runs } of samples) {
        runs.push(await contender.run(options.stepsPerRound));
      }
    }
    return samples.map(({ contender, runs }) =>
      summarize(contender.name, trainCase.tokensPerStep, runs),
    );
  } finally {
    for (const contender of contenders) contender.stop();
  }
}

type Run = Parameters<typeof summarize>[2][number];
