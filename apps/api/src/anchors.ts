/** Named sequences of data/anchors.fasta: what the dashboard offers by accession. */
import { parseHeader } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";
import type { Anchor } from "./ports.ts";

/** @throws {FastaError} where the file is malformed. */
export async function readAnchors(path: string): Promise<Anchor[]> {
  const anchors: Anchor[] = [];
  for await (const { header, sequence } of readFastaFiles([path])) {
    const { accession, entryName } = parseHeader(header);
    const letters = new TextDecoder("latin1").decode(sequence);
    anchors.push({ accession, sequence: letters, ...(entryName && { name: entryName }) });
  }
  return anchors;
}
