/** `performer attention`: the attention maps of a protein, layer by layer and head by head. */
import type { HeadReading } from "@performer/interpret/reading";
import type { Backend } from "@performer/tensorflow";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, checkpointOption } from "../option-parsers.ts";
import { type ProteinOptions, proteinCommand } from "../protein-command.ts";
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

interface AttentionOptions extends ProteinOptions {
  readonly svg?: string;
  readonly json?: string;
  readonly shared?: true;
  readonly checkpoint?: string;
  readonly backend: Backend;
}

export const attentionCommand = () =>
  proteinCommand("attention", "attention maps of a protein, of every layer and head")
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
  const { describeWindow, recoverAttention } = await import("@performer/interpret");
  const { readHead } = await import("@performer/interpret/reading");
  const { decodeTokens } = await import("@performer/proteins");
  const { modelFingerprint } = await import("@performer/training");
  const { loadMappedProtein } = await import("../load-mapped-protein.ts");

  const { accession, residues, model, manifest, directory } = await loadMappedProtein(root, {
    ...options,
    command: "attention",
    file,
  });
  const { maps, length } = await recoverAttention(model, residues);
  const readings = maps.map((layer) => layer.map((map) => readHead(map, length)));
  const title = `${accession}, ${length} residues: ${manifest.name}, step ${manifest.step}`;
  if (options.json !== undefined) {
    const sequence = decodeTokens(residues);
    const { name } = manifest;
    const { config } = model;
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
