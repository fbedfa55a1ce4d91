/** `performer demo`: what `npm start` does once everything is built: train the small model, then serve it. */
import { join } from "node:path";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot } from "../clone-root.ts";
import { backendOption, parseWhole } from "../option-parsers.ts";
import { serveUntilInterrupted } from "./serve.ts";
import { readConfig } from "./train.ts";

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

async function demo(options: DemoOptions): Promise<void> {
  const root = findCloneRoot();
  if (!(await isFinished(join(root, "runs")))) {
    const config = await readConfig(join(root, "configs", "demo.json"), "configs/demo.json");
    const { trainWithProgress } = await import("../train-with-progress.ts");
    await trainWithProgress(
      {
        root,
        backend: options.backend,
        runsDirectory: join(root, "runs"),
        runId: RUN_ID,
        config,
        trainFiles: [join(root, "data", "sample-train.fasta.gz")],
        validationFiles: [join(root, "data", "sample-valid.fasta.gz")],
        resume: "if-exists",
      },
      "npm start (or performer demo)",
    );
  }
  await serveUntilInterrupted({ root, ...options });
}

async function isFinished(runsDirectory: string): Promise<boolean> {
  const { summarizeRun } = await import("@performer/training");
  const run = await summarizeRun(runsDirectory, RUN_ID);
  return run?.status === "finished";
}
