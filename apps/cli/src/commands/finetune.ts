/**
 * `performer finetune`: training that goes on from a checkpoint, an imported or transferred one above all,
 * for which nobody has a config. It is `performer train CONFIG --from CHECKPOINT` with the config made of
 * the checkpoint: the same loop, logs and run folder.
 */
import { basename, join } from "node:path";
import { parseWith, RunConfig } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import type { Precision } from "@performer/trainer";
import { Command } from "commander";
import { filesOr } from "../bundled-files.ts";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import {
  backendOption,
  eagerOption,
  parseNumber,
  parseWhole,
  precisionOption,
} from "../option-parsers.ts";

const EXAMPLES = `
The model is the checkpoint's, weights and projections; the optimiser begins anew. After
performer transfer it recovers what the approximation of attention cost. The run is one like any other:
performer serve shows its curves, performer evaluate --checkpoint runs/ID measures it. A contact head is
left as it was. For other choices write a config and use: performer train CONFIG --from CHECKPOINT

Examples:
  $ performer finetune runs/performer --run tuned --steps 500
  $ performer finetune models/esm2-8m --train mine.fasta.gz --validation held-out.fasta --run mine
  $ performer finetune models/esm2-8m --train mine.fasta.gz --run mine --resume`;

/** A tenth of what training from the start takes: pretrained weights are near a minimum. */
const LEARNING_RATE = 1e-4;
/** Tokens a row, where the model takes as many: long rows cost memory in the backward pass. */
const ROW_TOKENS = 512;

interface FinetuneOptions {
  readonly train?: string[];
  readonly validation?: string[];
  readonly run?: string;
  readonly runs?: string;
  readonly resume?: true;
  readonly steps: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly length?: number;
  readonly seed: number;
  readonly precision: Precision;
  readonly eager?: true;
  readonly backend: Backend;
}

export const finetuneCommand = () =>
  new Command("finetune")
    .description("train a pretrained or transferred model further")
    .argument("<checkpoint>", "a model, a checkpoint, or a run's folder")
    .option("--train <files...>", "FASTA files to train on (default: the bundled sample)")
    .option("--validation <files...>", "FASTA files to evaluate on (default: the bundled sample)")
    .option("--run <id>", "name of the run, a folder under runs/ (default: CHECKPOINT-tuned)")
    .option("--runs <folder>", "folder of the runs (default: runs in the clone)")
    .option("--resume", "go on with the run that exists, with the same options")
    .option("--steps <number>", "updates", parseWhole(1, 1e9), 1000)
    .option("--learning-rate <number>", "at its peak", parseNumber(1e-9, 1), LEARNING_RATE)
    .option("--batch-size <rows>", "rows a step", parseWhole(1, 4096), 8)
    .option(
      "--length <tokens>",
      `tokens a row (default: ${ROW_TOKENS}, or the model's longest)`,
      parseWhole(8, 1_048_576),
    )
    .option("--seed <number>", "of data order and masks", parseWhole(0, 0x7fffffff), 0)
    .addOption(precisionOption())
    .addOption(eagerOption())
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(finetune);

async function finetune(checkpoint: string, options: FinetuneOptions): Promise<void> {
  const root = findCloneRoot();
  const { readManifest } = await import("@performer/training");
  const { findModel } = await import("../find-model.ts");
  const { trainWithProgress } = await import("../train-with-progress.ts");
  const from = await findModel(root, checkpoint);
  const { model } = await readManifest(from);
  const name = options.run ?? `${basename(checkpoint)}-tuned`;
  const config = parseWith(
    RunConfig,
    { name, model, training: trainingOf(options, model.maxLength) },
    "finetune",
  );
  const runs =
    options.runs === undefined ? join(root, "runs") : resolveUserPath(root, options.runs);
  const typed = process.argv.slice(2).filter((word) => word !== "--resume");
  const saved = await trainWithProgress({
    ...{ root, config, from, backend: options.backend, precision: options.precision },
    eager: options.eager === true,
    runsDirectory: runs,
    runId: name,
    trainFiles: filesOr(root, options.train, "sample-train.fasta.gz"),
    validationFiles: filesOr(root, options.validation, "sample-valid.fasta.gz"),
    resume: options.resume ? "always" : "never",
    resumeCommand: `performer ${typed.join(" ")} --resume`,
  });
  if (saved !== undefined) process.stdout.write(`${saved}\n`);
}

function trainingOf(
  { steps, seed, learningRate, batchSize, length }: FinetuneOptions,
  maxLength: number,
) {
  const every = Math.max(1, Math.ceil(steps / 10));
  return {
    steps,
    seed,
    data: { sequenceLength: length ?? Math.min(ROW_TOKENS, maxLength), batchSize },
    optimizer: { learningRate, warmupSteps: Math.min(100, every) },
    evaluateEvery: every,
    checkpointEvery: every,
  };
}
