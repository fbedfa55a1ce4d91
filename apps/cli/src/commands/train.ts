/** `performer train`: a config and FASTA files in, a checkpointed run under runs/ out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseWith, RunConfig } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, parseWhole } from "../option-parsers.ts";

const EXAMPLES = `
Files may be plain, gzip or zstd. Without --train and --validation the bundled samples are taken.

Examples:
  $ performer train configs/demo.json
  $ performer train my.json --train uniref50.fasta.gz --validation valid.fasta --run first-try
  $ performer train configs/demo.json --resume       go on after Ctrl-C, or after a crash
  $ performer serve                                  in another terminal: curves while it trains

Ctrl-C stops after the current step with a checkpoint. A resumed run gives the very numbers that an
uninterrupted one gives.`;

interface TrainOptions {
  readonly train?: string[];
  readonly validation?: string[];
  readonly run?: string;
  readonly resume?: true;
  readonly steps?: number;
  readonly seed?: number;
  readonly backend: Backend;
}

export const trainCommand = () =>
  new Command("train")
    .description("train a model as a config says")
    .argument("<config>", "a run config, such as configs/demo.json")
    .option("--train <files...>", "FASTA files to train on (default: the bundled sample)")
    .option("--validation <files...>", "FASTA files to evaluate on (default: the bundled sample)")
    .option("--run <id>", "name of the run, a folder under runs/ (default: the config's name)")
    .option("--resume", "go on with the run that exists")
    .option("--steps <number>", "instead of the config's", parseWhole(1, 1e9))
    .option("--seed <number>", "instead of the config's", parseWhole(0, 0x7fffffff))
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(train);

async function train(configFile: string, options: TrainOptions): Promise<void> {
  const root = findCloneRoot();
  const config = await readConfig(resolveUserPath(root, configFile), configFile);
  const { trainWithProgress } = await import("../train-with-progress.ts");
  await trainWithProgress(
    {
      root,
      backend: options.backend,
      runsDirectory: join(root, "runs"),
      runId: options.run ?? config.name,
      config: withOverrides(config, options),
      trainFiles: filesOr(root, options.train, "sample-train.fasta.gz"),
      validationFiles: filesOr(root, options.validation, "sample-valid.fasta.gz"),
      resume: options.resume ? "always" : "never",
    },
    `${process.argv.slice(2).join(" ")} --resume`,
  );
}

export async function readConfig(path: string, shown: string): Promise<RunConfig> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new Error(
      `readConfig: ${shown} cannot be read (${cause.code}); name a JSON file such as configs/demo.json`,
      { cause },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(`readConfig: ${shown} is not JSON: ${(cause as SyntaxError).message}`, {
      cause,
    });
  }
  return parseWith(RunConfig, json, shown);
}

function withOverrides(config: RunConfig, { steps, seed }: TrainOptions): RunConfig {
  const training = {
    ...config.training,
    ...(steps && { steps }),
    ...(seed !== undefined && { seed }),
  };
  return { ...config, training };
}

function filesOr(root: string, files: readonly string[] | undefined, bundled: string): string[] {
  return files?.map((file) => resolveUserPath(root, file)) ?? [join(root, "data", bundled)];
}
