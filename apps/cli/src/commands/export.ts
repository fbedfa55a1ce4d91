/** `performer export`: a checkpoint as a model folder of this project, or in a form that other software reads. */
import { basename, join } from "node:path";
import type { EvaluationReport } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import type { CheckpointChoice } from "@performer/training";
import { Command, Option } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, parseWhole } from "../option-parsers.ts";
import { OTHER_FORMATS, type OtherFormat } from "../other-formats.ts";
import { SOFTWARE } from "../software.ts";

const EXAMPLES = `
The folder holds weights.safetensors (parameters in float16, the projections of the random features as
they are), manifest.json and MODEL_CARD.md. Folders under models/ are what other commands load by
default. Nothing is overwritten.

With --data the manifest holds the checksums of the training files, and how many tokens were read,
counted by drawing the batches again; of a run that began with another's weights (train --from) that
other checkpoint is named with --before, so that its tokens count as well.

Other forms, in float32, with --format and --output:
  saved-model  a folder for TensorFlow (Python, C++, Serving): tokens [rows, length] int32 and
               paddingMask [rows, length] float32 in, hidden and logits out
  tfjs         the same graph as a folder for tf.loadGraphModel in a browser or Node
  safetensors  one file of all weights, with config and vocabulary as its metadata
docs/python.md and docs/export.md show how each is loaded.

Examples:
  $ performer export runs/5m --format saved-model --length 1024 --output 5m-tensorflow
  $ performer export models/5m --format safetensors --output 5m.safetensors
  $ performer export runs/5m                                the best checkpoint, to models/5m
  $ performer export runs/5m --select last --output draft
  $ performer evaluate test.fasta.gz --checkpoint draft --report figures.json
  $ performer export draft --report figures.json --output models/5m
  $ performer export runs/5m --data train.fasta.gz --data-description "UniRef50, release 2026_01" \\
      --before runs/5m-stable/checkpoints/step-00001502`;

/** Sequences on which the rounding is measured. */
const ROUNDING_SEQUENCES = 16;

interface ExportOptions {
  readonly format: "model" | OtherFormat;
  readonly rows: number;
  readonly length?: number;
  readonly output?: string;
  readonly name?: string;
  readonly select: CheckpointChoice;
  readonly data?: string[];
  readonly before?: string[];
  readonly dataDescription?: string;
  readonly licence?: string;
  readonly report?: string;
  readonly backend: Backend;
}

export const exportCommand = () =>
  new Command("export")
    .description("make a model folder of a checkpoint, or a form of it that other software reads")
    .argument("<checkpoint>", "a run's folder, a checkpoint, or a model folder to add figures to")
    .addOption(
      new Option("--format <name>", "a model folder of this project, or another form")
        .choices(["model", ...OTHER_FORMATS])
        .default("model"),
    )
    .option("--output <folder>", "the new folder or file (default: models/NAME in the clone)")
    .option("--rows <number>", "of a graph: sequences at once", parseWhole(1, 65_536), 1)
    .option(
      "--length <number>",
      "of a graph: tokens of a row, bos and eos counted (default: 512, or what the model takes)",
      parseWhole(3, 1_048_576),
    )
    .option("--name <name>", "shown to people (default: the folder's name)")
    .addOption(
      new Option("--select <which>", "of a run: the least validation loss, or the highest step")
        .choices(["best", "last"] satisfies CheckpointChoice[])
        .default("best"),
    )
    .option("--data <files...>", "the files that the run was trained on, in their order")
    .option("--before <folders...>", "checkpoints that the run began from, the latest first")
    .option("--data-description <text>", "what the training data is, for the card")
    .option("--licence <text>", "of weights and data, for the card")
    .option("--report <file>", "figures for the card, from performer evaluate --report")
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(exportCheckpoint);

async function exportCheckpoint(checkpoint: string, options: ExportOptions): Promise<void> {
  const root = findCloneRoot();
  const { format } = options;
  if (format !== "model") {
    const { exportOtherFormat } = await import("../export-other-format.ts");
    return exportOtherFormat(root, checkpoint, { ...options, format });
  }
  const { exportModel, readManifest } = await import("@performer/training");
  const { describeTrainingData } = await import("../describe-training-data.ts");
  const { loadRuntime } = await import("@performer/tensorflow");
  const { readReport } = await import("../read-report.ts");
  const { selectRunCheckpoint } = await import("../find-model.ts");
  const { readSequences } = await import("../read-sequences.ts");

  const report: EvaluationReport | undefined = options.report
    ? await readReport(resolveUserPath(root, options.report), options.report)
    : undefined;
  const source = await selectRunCheckpoint(root, checkpoint, options.select);
  const name = options.name ?? basename(options.output ?? checkpoint);
  const checkpoints = (folders: readonly string[] = []) =>
    Promise.all(folders.map((folder) => selectRunCheckpoint(root, folder, "last")));
  const { dataDescription, licence } = options;
  const data = {
    ...(dataDescription !== undefined && { dataDescription }),
    ...(licence !== undefined && { licence }),
    ...(await describeTrainingData({
      checkpoint: source,
      files: options.data?.map((file) => resolveUserPath(root, file)) ?? [],
      before: await checkpoints(options.before),
    })),
  };
  const { maxLength } = (await readManifest(source)).model;
  await loadRuntime({ root, prefer: options.backend });
  const output = options.output
    ? resolveUserPath(root, options.output)
    : join(root, "models", name);
  const { files, exported } = await exportModel({
    checkpoint: source,
    output,
    name,
    software: SOFTWARE,
    sequences: await readSequences({
      files: [join(root, "data", "sample-valid.fasta.gz")],
      maxLength,
      count: ROUNDING_SEQUENCES,
    }),
    data,
    report,
  });
  const bytes = Object.values(files).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  process.stderr.write(
    `${(bytes / 1e6).toFixed(1)} MB; rounding moves logits by ${(100 * (exported?.rounding.relative ?? 0)).toFixed(3)} %\n`,
  );
  process.stdout.write(`${output}\n`);
}
