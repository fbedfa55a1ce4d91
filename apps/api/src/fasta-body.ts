/** A FASTA text as the body of a request. */

import { FastaError, parseHeader, readFasta } from "@performer/proteins";
import { MAX_SEQUENCES_PER_REQUEST } from "@performer/schema";
import type { SentSequence } from "./named-sequences.ts";
import { ProblemError } from "./problem.ts";

export const FASTA_TYPES = ["text/x-fasta", "text/plain"];

/** @throws {ProblemError} "malformed-fasta" with the line; "invalid-request" past the number of sequences. */
export async function readFastaBody(text: string): Promise<SentSequence[]> {
  const sequences: SentSequence[] = [];
  try {
    for await (const { header, sequence } of readFasta(onePiece(text), { source: "body" })) {
      if (sequences.length === MAX_SEQUENCES_PER_REQUEST) throw tooMany();
      const number = sequences.length + 1;
      const accession = parseHeader(header).accession || `sequence-${number}`;
      const letters = new TextDecoder("latin1").decode(sequence);
      sequences.push({ field: `body, record ${number}`, accession, text: letters });
    }
  } catch (error) {
    if (!(error instanceof FastaError)) throw error;
    throw malformed(`line ${error.line} is not as FASTA has it`);
  }
  if (sequences.length === 0) throw malformed("there is no record");
  return sequences;
}

async function* onePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, "utf8");
}

const malformed = (what: string) =>
  new ProblemError("malformed-fasta", {
    detail: `${what}; send records of a ">" line and lines of residues`,
    field: "body",
  });

const tooMany = () =>
  new ProblemError("invalid-request", {
    detail: `expected at most ${MAX_SEQUENCES_PER_REQUEST} sequences a request; send the others in further requests`,
    field: "body",
    limit: MAX_SEQUENCES_PER_REQUEST,
  });
