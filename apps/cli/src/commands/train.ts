/** `performer train`: a config and FASTA files in, a checkpointed run under runs/ out. */
import { join } from "node:path";
import type { RunConfig } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import type { Precision } from "@performer/trainer";
import type { ResumePolicy } from "@performer/training";
import { Command } from "commander";
import { filesOr } from "../bundled-files.ts";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import {
  backendOption,
  eagerOption,
  parseDeviceName,
  parseWhole,
  precisionOption,
} from "../option-parsers.ts";
import { readConfig } from "../read-config.ts";

const EXAMPLES = `
Files may be plain, gzip or zstd. Without --train and --validation the bundled samples are taken.

Examples:
  $ performer train configs/demo.json --run first-try
  $ performer train my.json --train uniref50.fasta.gz --validation valid.fasta
  $ performer train my.json --train uniref50.fasta.gz --validation valid.fasta --resume
                                     go on after Ctrl-C or a crash, with the same config and files
  $ performer train my.json --run tuned --from runs/first-try
                                     fine-tune: first weights and projections of another run
  $ performer serve                  in another terminal: curves while it trains
  $ performer train my.json --cluster cluster.json --task worker:1
                                     one worker of several (docs/scaling.md); the first is the chief, which
                                     evaluates, saves and logs; each takes its share of every batch

Ctrl-C stops after the current step with a checkpoint; its exit code is 130.`;

const RESUMING = ["--resume", "--start-or-resume"];

interface TrainOptions {
  readonly train?: string[];
  readonly validation?: string[];
  readonly run?: string;
  readonly runs?: string;
  readonly resume?: true;
  readonly startOrResume?: true;
  readonly from?: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly precision: Precision;
  readonly eager?: true;
  readonly accumulate?: number;
  readonly cluster?: string;
  readonly task?: string;
  readonly device?: string;
  readonly xla?: true;
  readonly backend: Backend;
}

export const trainCommand = () =>
  new Command("train")
    .description("train a model as a config says")
    .argument("<config>", "a run config, such as configs/demo.json")
    .option("--train <files...>", "FASTA files to train on (default: the bundled sample)")
    .option("--validation <files...>", "FASTA files to evaluate on (default: the bundled sample)")
    .option("--run <id>", "name of the run, a folder under runs/ (default: the config's name)")
    .option("--runs <folder>", "folder of the runs (default: runs in the clone)")
    .option("--resume", "go on with the run that exists")
    .option(
      "--start-or-resume",
      "go on with the run where it exists, else start it: for containers and queues that restart",
    )
    .option(
      "--from <folder>",
      "begin with the weights of a checkpoint, or a run's newest (fine-tuning)",
    )
    .option("--steps <number>", "instead of the config's", parseWhole(1, 1e9))
    .option("--seed <number>", "instead of the config's", parseWhole(0, 0x7fffffff))
    .addOption(precisionOption())
    .option(
      "--accumulate <n>",
      "compute each batch in n parts, one after another: less memory, the same update",
      parseWhole(1, 4096),
    )
    .option(
      "--cluster <file>",
      "train together with the workers of this file (default: TF_CONFIG, else alone)",
    )
    .option("--task <name>", "which of them this process is, such as worker:0")
    .option(
      "--device <name>",
      "cpu, gpu, or one of several: gpu:1 (default: TensorFlow's choice)",
      parseDeviceName,
    )
    .option("--xla", "let XLA compile the step: for GPUs, slower on processors")
    .addOption(eagerOption())
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(train);

async function train(configFile: string, options: TrainOptions): Promise<void> {
  const root = findCloneRoot();
  const config = await readConfig(resolveUserPath(root, configFile), configFile);
  const { trainWithProgress } = await import("../train-with-progress.ts");
  const { findModel } = await import("../find-model.ts");
  const typed = process.argv.slice(2).filter((word) => !RESUMING.includes(word));
  const checkpoint = await trainWithProgress({
    root,
    backend: options.backend,
    precision: options.precision,
    eager: options.eager === true,
    accumulate: options.accumulate,
    clusterFile: options.cluster && resolveUserPath(root, options.cluster),
    task: options.task,
    device: options.device,
    xla: options.xla,
    runsDirectory: options.runs ? resolveUserPath(root, options.runs) : join(root, "runs"),
    runId: options.run ?? config.name,
    config: withOverrides(config, options),
    trainFiles: filesOr(root, options.train, "sample-train.fasta.gz"),
    validationFiles: filesOr(root, options.validation, "sample-valid.fasta.gz"),
    resume: resumePolicy(options),
    from: options.from && (await findModel(root, options.from)),
    resumeCommand: `performer ${typed.join(" ")} --resume`,
  });
  if (checkpoint !== undefined) process.stdout.write(`${checkpoint}\n`);
}

function resumePolicy({ resume, startOrResume }: TrainOptions): ResumePolicy {
  if (resume) return "always";
  return startOrResume ? "if-exists" : "never";
}

function withOverrides(config: RunConfig, { steps, seed }: TrainOptions): RunConfig {
  const training = {
    ...config.training,
    ...(steps !== undefined && { steps }),
    ...(seed !== undefined && { seed }),
  };
  return { ...config, training };
}
