/** `performer contacts`: which residues of a protein touch, as a table of pairs and as a picture. */
import type { Backend } from "@performer/tensorflow";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { backendOption, checkpointOption, parseWhole } from "../option-parsers.ts";
import { type ProteinOptions, proteinCommand } from "../protein-command.ts";
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

interface ContactsOptions extends ProteinOptions {
  readonly separation: number;
  readonly top?: number;
  readonly output?: string;
  readonly svg?: string;
  readonly checkpoint?: string;
  readonly backend: Backend;
}

export const contactsCommand = () =>
  proteinCommand("contacts", "which residues of a protein touch")
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
  const { predictContacts } = await import("@performer/interpret");
  const { decodeTokens } = await import("@performer/proteins");
  const { contactLines } = await import("../contact-lines.ts");
  const { loadMappedProtein } = await import("../load-mapped-protein.ts");

  const { accession, residues, model, manifest } = await loadMappedProtein(root, {
    ...options,
    command: "contacts",
    file,
  });
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
