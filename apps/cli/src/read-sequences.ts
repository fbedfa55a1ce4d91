/** The first sequences of FASTA files that a model takes whole: cut ones would be of other lengths than in use. */
import { basename } from "node:path";
import { encodeSequence, type ResiduePolicy, SPECIALS_PER_ROW } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";

export interface ReadSequencesOptions {
  readonly files: readonly string[];
  /** Of the model, specials included. */
  readonly maxLength: number;
  readonly count: number;
  /** Least number of residues; 1 without. */
  readonly minResidues?: number;
  /** "lenient" reads letters that are no residues as X. Default "strict". */
  readonly policy?: ResiduePolicy;
  /** What to do where none fits. Default: name other files. */
  readonly remedy?: string;
}

/**
 * Residue ids, without specials.
 * @throws {FastaError} for a fault in a file. @throws {Error} where no sequence fits.
 */
export async function readSequences({
  files,
  maxLength,
  count,
  minResidues = 1,
  policy = "strict",
  remedy = "name other files",
}: ReadSequencesOptions): Promise<Uint8Array[]> {
  const most = maxLength - SPECIALS_PER_ROW;
  const sequences: Uint8Array[] = [];
  for await (const { sequence } of readFastaFiles(files)) {
    const residues = encodeSequence(sequence, policy);
    if (residues.length >= minResidues && residues.length <= most) sequences.push(residues);
    if (sequences.length === count) break;
  }
  if (sequences.length === 0) {
    throw new Error(
      `readSequences: expected sequences of ${minResidues} to ${most} residues, got none in ${files.map((file) => basename(file)).join(", ")}; ${remedy}`,
    );
  }
  return sequences;
}
