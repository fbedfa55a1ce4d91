/** The model card: a manifest as a page for people. Every figure comes out of the manifest, none is written by hand. */
import { countParameters } from "@performer/performer";
import { RESIDUES, tokenNamesOf } from "@performer/proteins";
import type {
  CheckpointManifest,
  EvaluatedPart,
  EvaluationReport,
  ExportedModel,
  NamedFile,
} from "@performer/schema";

/** Markdown of the card of an exported model. */
export function renderModelCard(manifest: CheckpointManifest): string {
  const { exported } = manifest;
  if (exported === undefined) {
    throw new Error(
      `renderModelCard: expected the manifest of an exported model, got that of the checkpoint ${manifest.name}; export it first`,
    );
  }
  const sections = [
    `# ${manifest.name}\n\n${summary(manifest)}`,
    section("Use", usage(manifest)),
    section("Model", modelTable(manifest)),
    section("Training", training(manifest, exported)),
    section("Figures", exported.report ? figures(exported.report) : NO_FIGURES),
    section("Limits", limits(manifest, exported)),
    section("Licence", exported.licence ?? "Not stated by who exported it."),
    "Made by `performer export` from `manifest.json`; a change by hand is lost with the next export.",
  ];
  return `${sections.join("\n\n")}\n`;
}

const NO_FIGURES =
  "None were given. `performer evaluate --report FILE` measures them, `performer export --report FILE` puts them here.";

const section = (title: string, text: string) => `## ${title}\n\n${text}`;
const count = (value: number) => value.toLocaleString("en");

function summary({ model, exported }: CheckpointManifest): string {
  const kind =
    model.direction === "causal"
      ? "predicts the next residue"
      : "fills in hidden residues from both sides";
  return `A protein language model of ${count(countParameters(model))} parameters that ${kind}, exported by ${exported?.software}.`;
}

function usage({ name, model }: CheckpointManifest): string {
  const folder = `models/${name}`;
  const commands =
    model.direction === "causal"
      ? [`performer generate --checkpoint ${folder} --prompt MKTAYIAK`]
      : [
          `performer attention --checkpoint ${folder}`,
          `performer similarity --checkpoint ${folder}`,
        ];
  const lines = [`performer embed proteins.fasta --checkpoint ${folder}`, ...commands];
  return ["```sh", ...lines.map((line) => `npm run ${line.replace(" ", " -- ")}`), "```"].join(
    "\n",
  );
}

function modelTable({ model, step, createdAt, files }: CheckpointManifest): string {
  const { attention } = model;
  const weights = Object.values(files)[0];
  const rows: [string, string][] = [
    ["attention", describeAttention(attention)],
    ["direction", model.direction],
    ["layers × heads", `${model.numLayers} × ${model.numHeads}`],
    ["width, feed-forward width", `${model.embeddingSize}, ${model.feedForwardSize}`],
    ["positions", model.tokenShift ? `${model.positions}, token shift` : model.positions],
    ["longest sequence", `${count(model.maxLength - 2)} residues`],
    ["tokens", `${model.vocabularySize}: 20 amino acids, B O U X Z, ${specialsOf(model)}`],
    ["step", `${count(step)}, of ${createdAt}`],
    ["weights", `${count(weights?.sizeBytes ?? 0)} bytes, SHA-256 \`${weights?.sha256}\``],
  ];
  return table(["", ""], rows);
}

/** Names after the residues, without brackets. */
function specialsOf({ vocabulary }: CheckpointManifest["model"]): string {
  const names = tokenNamesOf(vocabulary).slice(RESIDUES.length);
  return names.map((name) => name.replace(/^<(.+)>$/, "$1")).join(" ");
}

function describeAttention(attention: CheckpointManifest["model"]["attention"]): string {
  if (attention.mechanism !== "favor") return attention.mechanism;
  const { featureMap, numFeatures, projection, localHeads, localWindow } = attention;
  const linear = `FAVOR+, ${featureMap.kind} features, M ${numFeatures}, ${projection} projections (stored)`;
  return localHeads === 0
    ? linear
    : `${linear}; the first ${localHeads} heads of each layer by softmax within ${localWindow} positions on each side`;
}

function training(manifest: CheckpointManifest, exported: ExportedModel): string {
  const { data, training: config, origin } = manifest;
  const { dataDescription, dataFiles, tokensSeen } = exported;
  const lines: string[] = [];
  if (dataDescription !== undefined) lines.push(dataDescription);
  if (data !== undefined) {
    const { files, sequences, residues } = data;
    lines.push(
      `${files.join(", ")}: ${count(sequences)} sequences, ${count(residues)} residues.${dataFiles ? "" : " Checksums were not recorded."}`,
    );
  }
  if (dataFiles !== undefined) lines.push(fileTable(dataFiles));
  if (config !== undefined) {
    const { optimizer, data: batches } = config;
    const budget = [
      `${count(manifest.step)} steps of ${batches.batchSize} rows of up to ${batches.sequenceLength} tokens`,
      tokensSeen === undefined
        ? "tokens read: not counted"
        : `${count(tokensSeen)} tokens read${data ? ` (${epochs(tokensSeen, data)} of the residues)` : ""}${origin ? ", those of its first weights included" : ""}`,
      `${optimizer.kind === "muon" ? "Muon and AdamW" : "AdamW"}, learning rate ${optimizer.learningRate}, ${optimizer.schedule} over ${count(config.steps)} steps`,
      `seed ${config.seed}`,
    ];
    lines.push(`${budget.join("; ")}.`);
  }
  if (origin) {
    lines.push(`First weights: ${origin.name} at step ${count(origin.step)} (${origin.change}).`);
  }
  return lines.length > 0 ? lines.join("\n\n") : "Not recorded.";
}

/** Long sequences are cropped, so this is not the number of epochs. */
const epochs = (tokens: number, { residues }: NonNullable<CheckpointManifest["data"]>) =>
  `${(tokens / residues).toFixed(2)} times the number`;

function figures(report: EvaluationReport): string {
  const { scoring, baselines, subset } = report;
  const masked =
    scoring.task === "masked"
      ? `Scored are hidden residues alone, ${(100 * (scoring.fraction ?? 0)).toFixed(0)} % of each sequence, all replaced by the mask token, ${drawsOf(scoring.seeds.length)}.`
      : "Scored is every next token.";
  const bounded =
    scoring.maxBatches === null ? "" : ` Only the first ${scoring.maxBatches} batches were scored.`;
  const lines = [
    `Measured by \`performer evaluate\` of ${report.software} on ${report.createdAt.slice(0, 10)}, in rows of ${scoring.window} tokens, ${scoring.layout === "pad" ? "one sequence each" : "sequences joined"}. ${masked}${bounded} Baselines predict every residue from those before it and are fitted on ${baselines.fittedOn.map(({ name }) => name).join(", ")}.`,
  ];
  for (const { name, parts } of report.sets) {
    lines.push(`**${name}**`, partTable(parts, baselines.order));
  }
  const files = [...report.sets, ...baselines.fittedOn, ...(subset ? [subset] : [])];
  lines.push("Files of these figures:", fileTable(files));
  return lines.join("\n\n");
}

const drawsOf = (count: number) =>
  count === 1 ? "in one draw" : `in ${count} draws (± is their standard deviation)`;

function partTable(parts: readonly EvaluatedPart[], order: number): string {
  const names = Array.from({ length: order }, (_, n) => (n === 0 ? "unigram" : `${n + 1}-gram`));
  return table(
    ["part", "sequences", "perplexity", "accuracy", ...names],
    parts.map(({ name, sequences, model, baselines }) => [
      name === "all" ? name : `\`${name}\``,
      count(sequences),
      withSpread(model.perplexity, 1, 3),
      withSpread(model.accuracy, 100, 2, " %"),
      ...baselines.map(
        ({ perplexity, accuracy }) => `${perplexity.toFixed(3)} / ${(100 * accuracy).toFixed(2)} %`,
      ),
    ]),
  );
}

function withSpread(
  { mean, deviation }: EvaluatedPart["model"]["accuracy"],
  factor: number,
  digits: number,
  unit = "",
): string {
  const spread = deviation === null ? "" : ` ± ${(factor * deviation).toFixed(digits)}`;
  return `${(factor * mean).toFixed(digits)}${spread}${unit}`;
}

function limits({ model }: CheckpointManifest, { rounding }: ExportedModel): string {
  return [
    `- Sequences of more than ${count(model.maxLength - 2)} residues are refused, never cut.`,
    `- Weights are rounded to float16. On ${rounding.sequences} sequences logits moved by ${(100 * rounding.relative).toFixed(3)} % (root mean square) and a log probability by ${rounding.largest.toFixed(4)} nats at most.`,
    "- It learned from sequences alone: its predictions are no measurement of structure, function, stability or safety.",
  ].join("\n");
}

function fileTable(files: readonly NamedFile[]): string {
  return table(
    ["file", "bytes", "SHA-256"],
    files.map(({ name, sizeBytes, sha256 }) => [name, count(sizeBytes), `\`${sha256}\``]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
