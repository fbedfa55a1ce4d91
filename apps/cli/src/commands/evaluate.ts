/** `performer evaluate`: perplexity and accuracy of a checkpoint on FASTA files, beside the unigram baseline. */
import { basename, join } from "node:path";
import type { CheckpointManifest, Metrics } from "@performer/schema";
import { DataConfig, MaskingConfig } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, checkpointOption, eagerOption, parseWhole } from "../option-parsers.ts";

const EXAMPLES = `
A masked (bidirectional) model is scored on masked positions, chosen by the seed; a causal one on
every next token. Long sequences are split into windows, so every residue is read. The baseline
predicts each residue by its frequency in the files of --baseline.

Examples:
  $ performer evaluate                               the newest model on the bundled validation sample
  $ performer evaluate test.fasta.gz --checkpoint runs/demo
  $ performer evaluate test.fasta.gz --baseline uniref50-train.fasta.gz --json`;

interface EvaluateOptions {
  readonly checkpoint?: string;
  readonly backend: Backend;
  readonly eager?: true;
  readonly baseline?: string[];
  readonly batches?: number;
  readonly seed: number;
  readonly lenient?: true;
  readonly json?: true;
}

export const evaluateCommand = () =>
  new Command("evaluate")
    .description("perplexity and accuracy of a model on FASTA files, beside the unigram baseline")
    .argument("[files...]", "FASTA files (default: the bundled validation sample)")
    .addOption(checkpointOption())
    .option(
      "--baseline <files...>",
      "FASTA files that the baseline is fitted on (default: the bundled training sample)",
    )
    .option("--batches <number>", "stop after so many batches (default: all)", parseWhole(1, 1e9))
    .option("--seed <number>", "of the masked positions", parseWhole(0, 0x7fffffff), 0)
    .option("--lenient", "read letters that are no residues as X instead of refusing them")
    .option("--json", "print one JSON object")
    .addOption(backendOption())
    .addOption(eagerOption())
    .addHelpText("after", EXAMPLES)
    .action(evaluate);

interface Evaluation {
  readonly model: string;
  readonly step: number;
  readonly files: readonly string[];
  readonly metrics: Metrics;
  readonly baseline: { readonly files: readonly string[]; readonly metrics: Metrics };
}

async function evaluate(files: readonly string[], options: EvaluateOptions): Promise<void> {
  const root = findCloneRoot();
  const { countResidues, createEvaluationBatches, empiricalBaseline } = await import(
    "@performer/proteins"
  );
  const { createFileSource } = await import("@performer/proteins/node");
  const { evaluateBatches, evaluateModel } = await import("@performer/training");
  const { loadModel } = await import("../load-model.ts");

  const scored = filesOr(root, files, "sample-valid.fasta.gz");
  const fitted = filesOr(root, options.baseline ?? [], "sample-train.fasta.gz");
  const source = createFileSource(scored);
  const policy = options.lenient ? "lenient" : "strict";
  // both read the files first: a malformed one is told before the model is loaded
  const baseline = empiricalBaseline(await countResidues(createFileSource(fitted), policy));
  const baselineMetrics = baseline.score(await countResidues(source, policy));

  const { model, manifest, compiled } = await loadModel(root, options);
  const batches = createEvaluationBatches({
    source,
    policy,
    direction: model.config.direction,
    seed: options.seed,
    ...batchConfig(manifest),
  });
  const maxBatches = options.batches === undefined ? {} : { maxBatches: options.batches };
  const evaluation: Evaluation = {
    model: manifest.name,
    step: manifest.step,
    files: scored.map((file) => basename(file)),
    metrics: compiled
      ? await evaluateBatches(compiled.evaluateBatch, batches, maxBatches)
      : await evaluateModel(model, batches, maxBatches),
    baseline: { files: fitted.map((file) => basename(file)), metrics: baselineMetrics },
  };
  await compiled?.close();
  process.stdout.write(`${options.json ? JSON.stringify(evaluation) : formatTable(evaluation)}\n`);
}

/** Batches as in training; for weights that carry no training config, the defaults at the model's length. */
function batchConfig({ training, model }: CheckpointManifest) {
  if (training !== undefined) return { data: training.data, masking: training.masking };
  const sequenceLength = Math.min(model.maxLength, DataConfig.parse({}).sequenceLength);
  return { data: DataConfig.parse({ sequenceLength }), masking: MaskingConfig.parse({}) };
}

function filesOr(root: string, files: readonly string[], bundled: string): string[] {
  if (files.length === 0) return [join(root, "data", bundled)];
  return files.map((file) => resolveUserPath(root, file));
}

function formatTable({ model, step, files, metrics, baseline }: Evaluation): string {
  const row = (name: string, { perplexity, accuracy, weightSum }: Metrics) =>
    [
      name.padEnd(18),
      perplexity.toFixed(3).padStart(10),
      `${(100 * accuracy).toFixed(2)} %`.padStart(10),
      String(weightSum).padStart(12),
    ].join("  ");
  return [
    `${model}, step ${step}, on ${files.join(", ")}`,
    ["".padEnd(18), "perplexity", "  accuracy", "   positions"].join("  "),
    row("model", metrics),
    row("unigram baseline", baseline.metrics),
    `The baseline is fitted on ${baseline.files.join(", ")} and scored on every residue.`,
  ].join("\n");
}
