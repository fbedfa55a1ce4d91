/** `performer attention`: the attention maps of a protein, layer by layer and head by head. */
import { join } from "node:path";
import type { HeadReading } from "@performer/interpret/reading";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, checkpointOption } from "../option-parsers.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
Prints for each head its mean attention distance in residues and what it looks at: local (near residues
most), striped (the same residues from everywhere: a global head), flat (all alike) or mixed. The maps
are recovered from linear attention; rows and columns of special tokens are left out.

Examples:
  $ performer attention --svg maps.svg                       BPT1_BOVIN, the article's example
  $ performer attention --accession P01308 --json maps.json
  $ performer attention proteins.fasta.gz --accession Q9XYZ1 --svg maps.svg
  $ performer attention --sequence MKTAYIAKQRQISFVK --checkpoint runs/demo`;

/** BPT1_BOVIN, of data/anchors.fasta. */
const DEFAULT_ACCESSION = "P00974";

interface AttentionOptions {
  readonly accession?: string;
  readonly sequence?: string;
  readonly svg?: string;
  readonly json?: string;
  readonly shared?: true;
  readonly checkpoint?: string;
  readonly backend: Backend;
}

export const attentionCommand = () =>
  new Command("attention")
    .description("attention maps of a protein, of every layer and head")
    .argument("[file]", "FASTA file that holds the protein (default: data/anchors.fasta)")
    .option(
      "--accession <id>",
      `which record of the file (default: its first; of data/anchors.fasta ${DEFAULT_ACCESSION})`,
    )
    .option("--sequence <residues>", "the protein itself, instead of a file")
    .option("--svg <file>", "draw the maps, layers by heads")
    .option("--shared", "in the drawing: one colour scale for all heads, not one for each")
    .option("--json <file>", "write the maps, as POST /v1/attention gives them")
    .addOption(checkpointOption())
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(attention);

async function attention(file: string | undefined, options: AttentionOptions): Promise<void> {
  const root = findCloneRoot();
  const { encodeAttention } = await import("@performer/api");
  const { describeWindow, hasAttentionMap, recoverAttention } = await import(
    "@performer/interpret"
  );
  const { readHead } = await import("@performer/interpret/reading");
  const { decodeTokens, SPECIALS_PER_ROW } = await import("@performer/proteins");
  const { modelFingerprint } = await import("@performer/training");
  const { findProtein } = await import("../find-protein.ts");
  const { loadModel } = await import("../load-model.ts");

  const { accession, residues } = await findProtein({
    file: file === undefined ? join(root, "data", "anchors.fasta") : resolveUserPath(root, file),
    accession: options.accession ?? (file === undefined ? DEFAULT_ACCESSION : undefined),
    sequence: options.sequence,
  });
  const { model, manifest, directory } = await loadModel(root, { ...options, eager: true });
  const { config } = model;
  if (!hasAttentionMap(config.attention)) {
    throw new Error(
      `attention: expected a model with favor, exact, local or sparse attention, got "${config.attention.mechanism}" in ${manifest.name}, whose weights of positions are not recovered; name another with --checkpoint`,
    );
  }
  const most = config.maxLength - SPECIALS_PER_ROW;
  if (residues.length > most) {
    throw new Error(
      `attention: ${accession} has ${residues.length} residues, the model takes ${most}; nothing is cut: give a part of it with --sequence`,
    );
  }
  const { maps, length } = await recoverAttention(model, residues);
  const readings = maps.map((layer) => layer.map((map) => readHead(map, length)));
  const title = `${accession}, ${length} residues: ${manifest.name}, step ${manifest.step}`;
  if (options.json !== undefined) {
    const sequence = decodeTokens(residues);
    const { name } = manifest;
    const fingerprint = modelFingerprint(directory, manifest);
    const whole = { ...describeWindow(config, length, {}), maps };
    const text = encodeAttention({
      model: name,
      ...{ fingerprint, accession, sequence, config },
      ...whole,
    });
    await writeText([...text, "\n"], resolveUserPath(root, options.json));
  }
  if (options.svg !== undefined) {
    const { attentionFigure } = await import("@performer/charts");
    const { drawSvg } = await import("../draw-svg.ts");
    const { pngUrl } = await import("@performer/charts/node");
    const svg = drawSvg((stage) =>
      attentionFigure(
        { length, maps },
        {
          ...stage,
          title: `Attention of ${title}`,
          imageUrl: pngUrl,
          domain: options.shared ? "shared" : "each",
          captions: readings.map((layer) => layer.map(describe)),
        },
      ),
    );
    await writeText([svg], resolveUserPath(root, options.svg));
  }
  process.stdout.write(`${formatTable(title, readings)}\n`);
}

const describe = ({ meanDistance, pattern }: HeadReading) =>
  `${meanDistance.toFixed(0)} ${pattern}`;

function formatTable(title: string, readings: readonly (readonly HeadReading[])[]): string {
  const heads = readings[0]?.map((_, head) => `head ${head + 1}`) ?? [];
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(9), ...cells.map((cell) => cell.padStart(12))].join("");
  const patterns = readings.flat().map(({ pattern }) => pattern);
  const counts = (["local", "striped", "flat", "mixed"] as const).map(
    (pattern) => `${patterns.filter((each) => each === pattern).length} ${pattern}`,
  );
  return [
    title,
    line("", heads),
    ...readings.map((layer, index) => line(`layer ${index + 1}`, layer.map(describe))),
    `Mean attention distance in residues, and what the head looks at: ${counts.join(", ")}`,
  ].join("\n");
}
