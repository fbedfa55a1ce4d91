/**
 * Small and large well-known proteins to begin with, those of data/anchors.fasta. Their residues are a
 * chunk of their own, since one of them is titin, the longest protein that people have.
 */

export interface ExampleProtein {
  readonly accession: string;
  readonly name: string;
}

/** In the order of the list; the first is the article's figure. */
export const EXAMPLE_PROTEINS: readonly [ExampleProtein, ...ExampleProtein[]] = [
  { accession: "P00974", name: "BPT1_BOVIN, 100 residues" },
  { accession: "P01308", name: "INS_HUMAN, insulin, 110" },
  { accession: "P69905", name: "HBA_HUMAN, haemoglobin α, 142" },
  { accession: "P00698", name: "LYSC_CHICK, lysozyme, 147" },
  { accession: "P0CG47", name: "UBB_HUMAN, polyubiquitin, 229" },
  { accession: "P42212", name: "GFP_AEQVI, GFP, 238" },
  { accession: "Q8WZ42", name: "TITIN_HUMAN, 34,350" },
];

const anchors = import.meta.glob<string>("../../../../data/anchors.fasta", {
  query: "?raw",
  import: "default",
});

/** Residues of a bundled protein by accession or entry name; null where there is none of that name. */
export async function bundledSequence(name: string): Promise<string | null> {
  const wanted = name.toUpperCase();
  for (const load of Object.values(anchors)) {
    for (const record of (await load()).split(/^>/m).slice(1)) {
      const [header = "", ...lines] = record.split("\n");
      const [, accession, entryName] = header.trim().split("|");
      if (accession === wanted || entryName === wanted) return lines.join("").replaceAll(/\s/g, "");
    }
  }
  return null;
}
