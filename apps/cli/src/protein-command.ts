/** A command about one protein: a record of a FASTA file, or residues given with it. */
import { Command } from "commander";

/** BPT1_BOVIN, of data/anchors.fasta. */
export const DEFAULT_ACCESSION = "P00974";

export interface ProteinOptions {
  readonly accession?: string;
  readonly sequence?: string;
}

export const proteinCommand = (name: string, description: string) =>
  new Command(name)
    .description(description)
    .argument("[file]", "FASTA file that holds the protein (default: data/anchors.fasta)")
    .option(
      "--accession <id>",
      `which record of the file (default: its first; of data/anchors.fasta ${DEFAULT_ACCESSION})`,
    )
    .option("--sequence <residues>", "the protein itself, instead of a file");
