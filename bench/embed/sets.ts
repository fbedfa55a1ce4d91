/** What is embedded: proteins of the bundled sample, and pieces of titin of one length. */
import { join } from "node:path";
import { parseHeader } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";
import type { EmbedOptions } from "./options.ts";

export interface SequenceSet {
  readonly name: string;
  readonly sequences: readonly string[];
}

const data = join(import.meta.dirname, "../../data");
/** Longest of the sample: ESM-2 was trained on so many. */
const MAX_RESIDUES = 1_022;
const TITIN = "Q8WZ42";

export async function readSets(options: EmbedOptions): Promise<readonly SequenceSet[]> {
  const sets = await Promise.all(
    options.lengths.map(async (length) => ({
      name: `${length} residues`,
      sequences: pieces(await titin(), length, Math.max(1, Math.ceil(options.residues / length))),
    })),
  );
  const sample = await sampleProteins(options.sampleProteins);
  return sample.length > 0
    ? [{ name: `sample, ${sample.length} proteins`, sequences: sample }, ...sets]
    : sets;
}

async function sampleProteins(count: number): Promise<string[]> {
  const sequences: string[] = [];
  for await (const { sequence } of readFastaFiles([join(data, "sample-valid.fasta.gz")])) {
    if (sequences.length === count) break;
    if (sequence.length <= MAX_RESIDUES) sequences.push(Buffer.from(sequence).toString("latin1"));
  }
  return sequences;
}

async function titin(): Promise<string> {
  for await (const { header, sequence } of readFastaFiles([join(data, "anchors.fasta")])) {
    if (parseHeader(header).accession === TITIN) return Buffer.from(sequence).toString("latin1");
  }
  throw new Error(`titin: expected ${TITIN} in data/anchors.fasta, got none`);
}

/** `count` pieces of one length, from evenly spread starts. */
function pieces(text: string, length: number, count: number): string[] {
  if (length > text.length) {
    throw new RangeError(`--lengths: expected at most ${text.length} residues, got ${length}`);
  }
  return Array.from({ length: count }, (_, piece) => {
    const start = Math.floor((piece * (text.length - length)) / Math.max(1, count - 1));
    return text.slice(start, start + length);
  });
}
