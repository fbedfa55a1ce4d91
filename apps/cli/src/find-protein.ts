/** The one protein that a command is about: given by its residues, or found in a FASTA file. */
import { basename } from "node:path";
import { parseHeader } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";
import { encodeProtein } from "./encode-protein.ts";

export interface Protein {
  readonly accession: string;
  /** Residue ids, without specials. */
  readonly residues: Uint8Array;
}

export interface ProteinQuery {
  /** Absolute path. */
  readonly file: string;
  /** Accession or entry name (BPT1_BOVIN); the first record without. */
  readonly accession: string | undefined;
  /** Letters, which go before the file. */
  readonly sequence: string | undefined;
}

/** @throws {Error} where there is no such record, or a letter is no residue. @throws {FastaError} */
export async function findProtein({ file, accession, sequence }: ProteinQuery): Promise<Protein> {
  if (sequence !== undefined)
    return { accession: "sequence", residues: encode(sequence, "--sequence") };
  for await (const record of readFastaFiles([file])) {
    const header = parseHeader(record.header);
    const names = [header.accession, header.entryName, header.id];
    if (accession !== undefined && !names.includes(accession)) continue;
    return {
      accession: header.accession,
      residues: encode(record.sequence, `${basename(file)}:${record.line}`),
    };
  }
  throw new Error(
    `findProtein: expected ${accession === undefined ? "a record" : `a record ${accession}`} in ${basename(file)}, got none; name another with --accession, or give the residues with --sequence`,
  );
}

function encode(sequence: string | Uint8Array, where: string): Uint8Array {
  const residues = encodeProtein(sequence, where);
  if (residues.length > 0) return residues;
  throw new Error(
    `${where}: expected at least one residue, got none; give letters such as MKTAYIAK`,
  );
}
