/** Chains of known structure with DSSP's state of every residue: data/secondary-structure.tsv.gz (data/README.md). */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { encodeSequence } from "@performer/proteins";

/** The usual three: DSSP's helices H, G and I, its strands E and B, and whatever else. */
export const STATES = ["helix", "strand", "other"] as const;
const STATE_OF: Readonly<Record<string, number>> = {
  H: 0,
  G: 0,
  I: 0,
  E: 1,
  B: 1,
  T: 2,
  S: 2,
  C: 2,
};

export interface Chain {
  /** PDB entry and chain, 12AS_A. */
  readonly name: string;
  /** [L] residue ids. */
  readonly residues: Uint8Array;
  /** [L] places in `STATES`. */
  readonly states: Uint8Array;
  /** Of a test chain: identity with its nearest relative in the pre-training data, 0 without one. */
  readonly nearestIdentity: number;
}

export interface ChainSets {
  readonly train: readonly Chain[];
  readonly test: readonly Chain[];
}

const COLUMNS = "part\tchain\tnearest_pretraining_identity\tsequence\tdssp";

/** In the order of the file, which is random. @throws {Error} naming the line that is not as it should be. */
export async function readChains(file: string): Promise<ChainSets> {
  const [header, ...lines] = gunzipSync(await readFile(file))
    .toString("utf8")
    .trimEnd()
    .split("\n");
  if (header !== COLUMNS) {
    throw new Error(
      `readChains: expected the columns ${COLUMNS.replaceAll("\t", ", ")} in ${basename(file)}, got ${header?.replaceAll("\t", ", ")}; bring the file back with git checkout`,
    );
  }
  const rows = lines.map((line, index) => parseRow(line, `${basename(file)}:${index + 2}`));
  const of = (part: string) => rows.filter((row) => row.part === part).map(({ chain }) => chain);
  return { train: of("train"), test: of("test") };
}

function parseRow(line: string, place: string): { part: string; chain: Chain } {
  const [part = "", name = "", identity = "", sequence = "", dssp = ""] = line.split("\t");
  const states = Uint8Array.from(dssp, (letter) => STATE_OF[letter] ?? 255);
  const isWhole = ["train", "test"].includes(part) && sequence.length > 0;
  if (!isWhole || states.length !== sequence.length || states.includes(255)) {
    throw new Error(
      `readChains: expected part, chain, identity, sequence and a DSSP state a residue at ${place}, got "${line.slice(0, 40)}…"; bring the file back with git checkout`,
    );
  }
  const residues = encodeSequence(sequence);
  return { part, chain: { name, residues, states, nearestIdentity: Number(identity) } };
}
