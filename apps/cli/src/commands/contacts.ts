/** `performer contacts`: which residues of a protein touch, as a table of pairs and as a picture. */
import { join } from "node:path";
import type { Backend } from "@performer/tensorflow";
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, checkpointOption, parseWhole } from "../option-parsers.ts";
import { writeText } from "../write-text.ts";

const EXAMPLES = `
With a contact head (imported ESM-2) the score is a probability. Other models have none: the score is
then the mean of all attention maps, made symmetric and corrected for what whole rows have in common
(APC); it orders pairs, and has no unit. Pairs nearer than --separation in the sequence are left out.
Exact and linear attention are both read; the model must have maps of positions.

Examples:
  $ performer contacts --checkpoint models/esm2-8m -o contacts.csv --svg contacts.svg
  $ performer contacts --accession P01308 --top 100
  $ performer contacts proteins.fasta.gz --accession Q9XYZ1 --separation 24`;

/** BPT1_BOVIN, of data/anchors.fasta. */
const DEFAULT_ACCESSION = "P00974";

interface ContactsOptions {
  readonly accession?: string;
  readonly sequence?: string;
  readonly separation: number;
  readonly top?: number;
  readonly output?: string;
  readonly svg?: string;
  readonly checkpoint?: string;
  readonly backend: Backend;
}

export const contactsCommand = () =>
  new Command("contacts")
    .description("which residues of a protein touch")
    .argument("[file]", "FASTA file that holds the protein (default: data/anchors.fasta)")
    .option(
      "--accession <id>",
      `which record of the file (default: its first; of data/anchors.fasta ${DEFAULT_ACCESSION})`,
    )
    .option("--sequence <residues>", "the protein itself, instead of a file")
    .option(
      "--separation <residues>",
      "least distance in the sequence",
      parseWhole(1, 1_000_000),
      6,
    )
    .option("--top <number>", "the highest scores alone, highest first", parseWhole(1, 1e9))
    .option("-o, --output <file>", "CSV of the pairs (default: standard output)")
    .option("--svg <file>", "draw the map")
    .addOption(checkpointOption())
    .addOption(backendOption())
    .addHelpText("after", EXAMPLES)
    .action(contacts);

async function contacts(file: string | undefined, options: ContactsOptions): Promise<void> {
  const root = findCloneRoot();
  const { hasAttentionMap, predictContacts } = await import("@performer/interpret");
  const { decodeTokens, SPECIALS_PER_ROW } = await import("@performer/proteins");
  const { contactLines } = await import("../contact-lines.ts");
  const { findProtein } = await import("../find-protein.ts");
  const { loadModel } = await import("../load-model.ts");

  const { accession, residues } = await findProtein({
    file: file === undefined ? join(root, "data", "anchors.fasta") : resolveUserPath(root, file),
    accession: options.accession ?? (file === undefined ? DEFAULT_ACCESSION : undefined),
    sequence: options.sequence,
  });
  const { model, manifest } = await loadModel(root, { ...options, eager: true });
  const { attention, maxLength } = model.config;
  if (!hasAttentionMap(attention)) {
    throw new Error(
      `contacts: expected a model with favor, exact, local or sparse attention, got "${attention.mechanism}" in ${manifest.name}, whose weights of positions are not recovered; name another with --checkpoint`,
    );
  }
  const most = maxLength - SPECIALS_PER_ROW;
  if (residues.length > most) {
    throw new Error(
      `contacts: ${accession} has ${residues.length} residues, the model takes ${most}; nothing is cut: give a part of it with --sequence`,
    );
  }
  const map = await predictContacts(model, residues);
  const { separation, top } = options;
  const sequence = decodeTokens(residues);
  await writeText(
    contactLines({ map, sequence, separation, top }),
    options.output === undefined ? undefined : resolveUserPath(root, options.output),
  );
  if (options.svg !== undefined) {
    const { contactFigure } = await import("@performer/charts");
    const { drawSvg } = await import("../draw-svg.ts");
    const { pngUrl } = await import("@performer/charts/node");
    const title = `Contacts of ${accession}, ${map.length} residues: ${manifest.name}`;
    const caption =
      map.method === "head" ? "probability, 0 to the largest" : "corrected mean attention";
    const svg = drawSvg((stage) =>
      contactFigure(map, { ...stage, title, caption, imageUrl: pngUrl }),
    );
    await writeText([svg], resolveUserPath(root, options.svg));
  }
}
