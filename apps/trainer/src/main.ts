/** The training worker as a process: chooses the backend, trains one run, prints a line now and then. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseWith, RunConfig } from "@performer/schema";
import { formatRuntime, loadRuntime } from "@performer/tensorflow";
import { parseArguments } from "./arguments.ts";
import { chooseStepper } from "./choose-stepper.ts";
import { joinAsAsked } from "./cluster/join-as-asked.ts";
import { describeEvent, isWorthALine } from "./describe-event.ts";
import { runTraining } from "./run-training.ts";

const ROOT = join(import.meta.dirname, "../../..");

async function main(args: readonly string[]): Promise<void> {
  const options = parseArguments(args);
  const text = await readFile(options.config, "utf8");
  const config = parseWith(RunConfig, JSON.parse(text), options.config);
  const runtime = await loadRuntime({ root: ROOT, prefer: options.backend });
  console.log(formatRuntime(runtime));
  const { cluster: clusterFile, task, ...wishes } = options;
  const cluster = await joinAsAsked({ root: ROOT, log: console.log, cluster: clusterFile, task });
  const { name: backend, ...stepper } = chooseStepper(runtime, { root: ROOT, ...wishes, cluster });

  const events = runTraining({
    config,
    trainFiles: options.train,
    validationFiles: options.validation,
    runsDirectory: options.runs,
    runId: options.id,
    resume: options.resume,
    from: options.from,
    backend,
    signal: stopSignal(),
    cluster,
    ...stepper,
  });
  try {
    for await (const event of events) {
      if (isWorthALine(event, config.training.steps)) console.log(describeEvent(event));
    }
  } finally {
    await cluster?.leave();
  }
}

/** Aborts at the first SIGINT or SIGTERM; after that they end the process as usual. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    console.log(`${signal}: stopping after this step, with a checkpoint`);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
