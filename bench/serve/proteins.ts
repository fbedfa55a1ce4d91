/** What clients send: the proteins of the bundled validation sample that fit both models. */
import { join } from "node:path";
import { encodeSequence } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";

export interface Protein {
  /** Body of the request. */
  readonly body: string;
  readonly residues: number;
}

const root = join(import.meta.dirname, "../..");
/** ESM's positions end at 1,024 tokens, as ours do. */
const MAX_RESIDUES = 1_022;

export async function readProteins(): Promise<readonly Protein[]> {
  const proteins: Protein[] = [];
  for await (const record of readFastaFiles([join(root, "data/sample-valid.fasta.gz")])) {
    const residues = encodeSequence(record.sequence).length;
    if (residues > MAX_RESIDUES) continue;
    const sequence = Buffer.from(record.sequence).toString("latin1");
    proteins.push({ body: JSON.stringify({ sequence, include: "mean" }), residues });
  }
  return proteins;
}
