/** `performer transfer`: the weights of an exact-softmax Transformer in a Performer, and how far it diverges. */
import { basename, join } from "node:path";
import type { LayerDivergence } from "@performer/interpret";
import { AttentionConfig, FeatureMapConfig, parseWith } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import { Command, Option } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, parseShare, parseWhole } from "../option-parsers.ts";

const EXAMPLES = `
Weights go over unchanged; the projections of the random features are drawn anew. The table shows for
each layer the relative error of its attention's output: with the same inputs as the exact layer, of
its best and worst head, and accumulated, with the inputs that the layers below leave it.
A softmax kernel approximates exact attention; with another kernel the model must learn anew. --bound
doubles the number of features until every layer's own error is within it. Imported ESM-2 has rotary
positions, so --max-length may be as long as the proteins are: titin has 34,350 residues.

Examples:
  $ performer transfer runs/transformer --output runs/performer --features 256
  $ performer evaluate --checkpoint runs/performer       before any training
  $ performer finetune runs/performer --run tuned        recovers what it cost
  $ performer transfer models/esm2-8m --output runs/esm2-favor --attention favor --bound 0.2 --max-length 40000`;

interface TransferOptions {
  readonly output: string;
  readonly attention: string;
  readonly features?: number;
  readonly bound?: number;
  readonly maxLength?: number;
  readonly seed: number;
  readonly sample?: string[];
  readonly sequences: number;
  readonly backend: Backend;
  readonly json?: true;
}

/** FAVOR+ by name means its approximation of softmax attention. */
const FAVOR = "softmax-positive";
const DEFAULT_FEATURES = 256;

const KERNELS: readonly string[] = FeatureMapConfig.options.flatMap(({ shape }) =>
  "options" in shape.kind ? shape.kind.options : [...shape.kind.values],
);

export const transferCommand = () =>
  new Command("transfer")
    .description("put the weights of an exact-softmax Transformer into a Performer")
    .argument("<checkpoint>", "a checkpoint with exact attention, or a run's folder")
    .requiredOption("--output <folder>", "a run's folder for the new checkpoint")
    .addOption(
      new Option("--attention <kernel>", "kernel of the Performer")
        .choices(["favor", ...KERNELS])
        .default("favor", `favor, which is ${FAVOR}`),
    )
    .option(
      "--features <number>",
      `M, random features a head (default: ${DEFAULT_FEATURES})`,
      parseWhole(1, 4096),
    )
    .addOption(
      new Option(
        "--bound <share>",
        "choose M: the least whose worst layer errs by no more, such as 0.2",
      )
        .argParser(parseShare)
        .conflicts("features"),
    )
    .option(
      "--max-length <tokens>",
      "longest sequence of the new model, where positions have no table (default: the source's)",
      parseWhole(3, 1_048_576),
    )
    .option("--seed <number>", "of the projections", parseWhole(0, 0x7fffffff), 0)
    .option("--sample <files...>", "FASTA files to measure on (default: the bundled sample)")
    .option(
      "--sequences <number>",
      "measure on the first so many that the model takes whole",
      parseWhole(1, 10_000),
      16,
    )
    .option("--json", "print one JSON object")
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(transfer);

async function transfer(checkpoint: string, options: TransferOptions): Promise<void> {
  const root = findCloneRoot();
  const { disposeModel, transferModel } = await import("@performer/performer");
  const { randomKey } = await import("@performer/random");
  const { attentionDivergence } = await import("@performer/interpret");
  const { saveCheckpoint } = await import("@performer/training");
  const { chooseFeatures } = await import("../choose-features.ts");
  const { loadModel } = await import("../load-model.ts");
  const { readSequences } = await import("../read-sequences.ts");

  const kind = options.attention === "favor" ? FAVOR : options.attention;
  const chosen = parseWith(
    AttentionConfig,
    {
      mechanism: "favor",
      featureMap: { kind },
      numFeatures: options.features ?? DEFAULT_FEATURES,
    },
    "--attention",
  );
  const { backend } = options;
  const { model, manifest } = await loadModel(root, { checkpoint, backend, eager: true });
  if (model.config.attention.mechanism !== "exact") {
    throw new Error(
      `transfer: expected a model with exact attention, got "${model.config.attention.mechanism}" in ${checkpoint}; name a checkpoint that was trained with { "mechanism": "exact" }`,
    );
  }
  const files = options.sample?.map((file) => resolveUserPath(root, file)) ?? [
    join(root, "data", "sample-valid.fasta.gz"),
  ];
  const sequences = await readSequences({
    files,
    maxLength: model.config.maxLength,
    count: options.sequences,
    remedy: "name other files with --sample",
  });

  const key = randomKey(options.seed);
  const { bound } = options;
  const found =
    bound === undefined || chosen.mechanism !== "favor"
      ? undefined
      : await chooseFeatures({ source: model, attention: chosen, key, sequences, bound });
  const attention = found ? { ...chosen, numFeatures: found.numFeatures } : chosen;
  const target = transferModel(model, attention, key, { maxLength: options.maxLength });
  const layers = await attentionDivergence(model, target, sequences);
  const output = resolveUserPath(root, options.output);
  const { training, data, step, name } = manifest;
  const path = await saveCheckpoint({
    directory: join(output, "checkpoints"),
    name: basename(output),
    step,
    model: target,
    details: {
      ...(training && { training }),
      ...(data && { data }),
      origin: { name, step, change: `attention: exact to ${kind}` },
    },
  });
  disposeModel(target);
  disposeModel(model);
  const report = {
    ...{ checkpoint: path, sequences: sequences.length, layers },
    ...(found && { trials: found.trials }),
  };
  process.stdout.write(`${options.json ? JSON.stringify(report) : formatTable(report)}\n`);
}

function formatTable({
  checkpoint,
  sequences,
  layers,
}: {
  readonly checkpoint: string;
  readonly sequences: number;
  readonly layers: readonly LayerDivergence[];
}): string {
  const line = (cells: readonly string[]) => cells.map((cell) => cell.padStart(12)).join("");
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return [
    `Relative error of the attention's output, ${sequences} sequences`,
    line(["layer", "own", "best head", "worst head", "accumulated"]),
    ...layers.map(({ layer, own, heads, accumulated }) =>
      line([
        String(layer),
        ...[own, Math.min(...heads), Math.max(...heads), accumulated].map(percent),
      ]),
    ),
    checkpoint,
  ].join("\n");
}
