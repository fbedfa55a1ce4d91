/**
 * Proteins that the shipped model was not trained on: the validation part of ../shared/data, or of the bundled
 * sample where that folder is absent.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { encodeSequence } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { drawRecords } from "../training/draw-records.ts";

export interface UnseenSequences {
  /** For pages. */
  readonly description: string;
  /** Residue ids, without specials. */
  readonly sequences: readonly Uint8Array[];
}

export interface SequenceRange {
  readonly count: number;
  /** Residues, both included. */
  readonly shortest: number;
  readonly longest: number;
}

/** @param root folder of the clone. */
export async function unseenSequences(
  root: string,
  { count, shortest, longest }: SequenceRange,
): Promise<UnseenSequences> {
  const shared = join(root, "../shared/data/uniref50-valid.fasta.gz");
  const isShared = existsSync(shared);
  const file = isShared ? shared : join(root, "data/sample-valid.fasta.gz");
  const records = await drawRecords(
    createFileSource([file]),
    count,
    ({ sequence }) => sequence.length >= shortest && sequence.length <= longest,
  );
  const origin = isShared ? "UniRef50 in shared/data" : "the bundled sample";
  return {
    description: `${records.length} validation sequences of ${origin}, ${shortest} to ${longest} residues, drawn at random`,
    sequences: records.map(({ sequence }) => encodeSequence(sequence)),
  };
}
