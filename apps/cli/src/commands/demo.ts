/**
 * `performer demo`: what `npm start` does once everything is built. With a model that ships it serves at
 * once and trains the small model beside it; without one it trains first, since there is nothing to show.
 */
import { join } from "node:path";
import type { RunningServer } from "@performer/api";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot } from "../clone-root.ts";
import { backendOption, modelsOption, parseWhole, runsOption } from "../option-parsers.ts";
import { readConfig } from "../read-config.ts";
import type { TrainingEnd } from "../train-beside.ts";
import { foldersOf, serveUntilInterrupted } from "./serve.ts";

const RUN_ID = "demo";

const EXAMPLES = `
Serves the model under models/ and meanwhile trains configs/demo.json on the bundled sample into
runs/demo, so that its curves can be watched. Without a model there it trains first, then serves. A run
that is finished is not trained again, one that was interrupted goes on; delete runs/demo to start over.

Examples:
  $ performer demo
  $ performer demo --port 8080`;

interface DemoOptions {
  readonly host?: string;
  readonly port?: number;
  readonly runs?: string;
  readonly models?: string;
  readonly backend: Backend;
}

export const demoCommand = () =>
  new Command("demo")
    .description("serve, and train the demo model on the bundled sample unless that is done")
    .option("--host <address>", "as of performer serve")
    .option("--port <number>", "as of performer serve", parseWhole(0, 65_535))
    .addOption(runsOption())
    .addOption(modelsOption())
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(demo);

/** What the demo trains, and where. */
interface DemoRun {
  readonly root: string;
  readonly backend: Backend;
  readonly runsDirectory: string;
  readonly runId: string;
  readonly trainFiles: readonly string[];
  readonly validationFiles: readonly string[];
}

async function demo({ backend, runs, models, ...address }: DemoOptions): Promise<void> {
  const root = findCloneRoot();
  const { listModels } = await import("@performer/training");
  const folders = foldersOf(root, { runs, models });
  const { runsDirectory, modelsDirectory } = folders;
  const run: DemoRun = {
    root,
    backend,
    runsDirectory,
    runId: RUN_ID,
    trainFiles: [join(root, "data", "sample-train.fasta.gz")],
    validationFiles: [join(root, "data", "sample-valid.fasta.gz")],
  };
  const isDone = await isFinished(runsDirectory);
  const hasModel = (await listModels(modelsDirectory)).length > 0;
  if (!isDone && !hasModel) await trainFirst(run);
  const { trainBeside } = await import("../train-beside.ts");
  const beside = ({ url }: RunningServer) => {
    const training = trainBeside({ ...run, config: join(root, "configs", "demo.json") });
    process.stdout.write(`Training the small demo model beside it: ${url}/#/training/${RUN_ID}\n`);
    training.ended.then((end) => process.stdout.write(`${describeEnd(end)}\n`));
    return () => training.stop();
  };
  await serveUntilInterrupted(
    // a person reads this terminal: the lines of a log are for supervisors
    { root, backend, ...folders, ...address, logLevel: "warn" },
    isDone || !hasModel ? undefined : beside,
  );
}

function describeEnd(end: TrainingEnd): string {
  switch (end.how) {
    case "finished":
      return "The demo model is trained.";
    case "stopped":
      return "The training of the demo model stopped; it goes on at the next start.";
    case "failed":
      return `The training of the demo model failed: ${end.message}; to start it over, delete runs/${RUN_ID}`;
    default:
      return end satisfies never;
  }
}

async function trainFirst(run: DemoRun): Promise<void> {
  const { trainWithProgress } = await import("../train-with-progress.ts");
  const { RunError } = await import("@performer/training");
  try {
    await trainWithProgress({
      ...run,
      precision: "float32",
      eager: false,
      config: await readConfig(join(run.root, "configs", "demo.json"), "configs/demo.json"),
      resume: "if-exists",
      resumeCommand: "npm start (or performer demo)",
    });
  } catch (cause) {
    if (!(cause instanceof RunError)) throw cause;
    throw new Error(`${cause.message}; to start the demo over, delete runs/${RUN_ID}`, { cause });
  }
}

async function isFinished(runsDirectory: string): Promise<boolean> {
  const { summarizeRun } = await import("@performer/training");
  const run = await summarizeRun(runsDirectory, RUN_ID);
  return run?.status === "finished";
}
