/** The program behind `npm run experiment`. */
import { join } from "node:path";
import { machineDescription } from "../../bench/train/machine.ts";
import { experimentNames, loadExperiment } from "./catalog.ts";
import { parseOptions, USAGE } from "./options.ts";
import { createProgressBar } from "./progress-bar.ts";
import { readReports, redrawExperiment, runExperiment } from "./run.ts";

const root = join(import.meta.dirname, "../..");
const committed = join(root, "docs/experiments");

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function main([name = "--help", ...args]: string[]): Promise<void> {
  if (name === "--help") {
    console.log(`${USAGE}\n\nExperiments: ${experimentNames().join(", ")}`);
  } else if (name === "--redraw") {
    for (const report of readReports(committed)) await redrawExperiment(report.name, committed);
  } else {
    await runOne(name, args);
  }
}

async function runOne(name: string, args: readonly string[]): Promise<void> {
  const experiment = await loadExperiment(name);
  const { parameters, quick, fresh, redraw, output, stopAfterMs } = parseOptions(
    name,
    experiment,
    args,
  );
  const folder = output ?? (quick ? join(root, ".cache/experiments") : committed);
  if (redraw) {
    await redrawExperiment(name, folder);
    return;
  }
  const bar = createProgressBar();
  const facts = {
    command: commandOf(name, args),
    date: new Date().toISOString().slice(0, 10),
    machine: machineDescription(),
  };
  const files = { root, output: folder, parameters, facts };
  const options = { ...files, fresh, stopAfterMs, onProgress: bar.show };
  const { claims, complete } = await runExperiment(name, experiment, options).finally(bar.close);
  if (!complete) {
    console.log("Stopped on the way; the same command goes on from here.");
    return;
  }
  for (const { claim, holds, evidence } of claims) {
    console.log(`${holds ? "holds" : "DOES NOT HOLD"}: ${claim} (${evidence})`);
  }
  console.log(join(folder, `${name}.md`));
}

/** As typed, but for options that say where files go and what is kept. */
function commandOf(name: string, args: readonly string[]): string {
  const kept = args.filter(
    (arg, index) =>
      !/^--(fresh|output|stop-after)/.test(arg) &&
      !["--output", "--stop-after"].includes(args[index - 1] ?? ""),
  );
  return ["npm run experiment --", name, ...kept].join(" ");
}
