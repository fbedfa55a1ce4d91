/** `performer demo`: what `npm start` does once everything is built: train the small model, then serve it. */
import { join } from "node:path";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot } from "../clone-root.ts";
import { backendOption, parseWhole } from "../option-parsers.ts";
import { readConfig } from "../read-config.ts";
import { serveUntilInterrupted } from "./serve.ts";

const RUN_ID = "demo";

const EXAMPLES = `
Trains configs/demo.json on the bundled sample into runs/demo, unless that is done; goes on where an
earlier demo was interrupted. Delete runs/demo to start over.

Examples:
  $ performer demo
  $ performer demo --port 8080`;

interface DemoOptions {
  readonly host?: string;
  readonly port?: number;
  readonly backend: Backend;
}

export const demoCommand = () =>
  new Command("demo")
    .description("train the demo model on the bundled sample, unless done, then serve it")
    .option("--host <address>", "as of performer serve")
    .option("--port <number>", "as of performer serve", parseWhole(0, 65_535))
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(demo);

async function demo({ backend, ...address }: DemoOptions): Promise<void> {
  const root = findCloneRoot();
  if (!(await isFinished(join(root, "runs")))) await train(root, backend);
  await serveUntilInterrupted({ root, backend, ...address });
}

async function train(root: string, backend: Backend): Promise<void> {
  const { trainWithProgress } = await import("../train-with-progress.ts");
  const { RunError } = await import("@performer/training");
  try {
    await trainWithProgress({
      root,
      backend,
      precision: "float32",
      eager: false,
      runsDirectory: join(root, "runs"),
      runId: RUN_ID,
      config: await readConfig(join(root, "configs", "demo.json"), "configs/demo.json"),
      trainFiles: [join(root, "data", "sample-train.fasta.gz")],
      validationFiles: [join(root, "data", "sample-valid.fasta.gz")],
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
