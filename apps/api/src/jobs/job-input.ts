/** A job's FASTA file, read from its start: once to count it, and again as its records are worked off. */
import { FastaError, type FastaRecord } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";
import { JobFailure } from "./job-failure.ts";

export interface InputLimits {
  readonly maxRecords: number;
  /** Letters of all records; a small compressed file may hold many. */
  readonly maxResidues: number;
}

/**
 * Records and letters of the file.
 * @throws {JobFailure} where it is no FASTA throughout, holds no record, or more than the limits.
 */
export async function countInput(
  path: string,
  { maxRecords, maxResidues }: InputLimits,
  signal: AbortSignal,
): Promise<{ total: number; totalResidues: number }> {
  let total = 0;
  let totalResidues = 0;
  for await (const { sequence } of readInput(path)) {
    signal.throwIfAborted();
    total += 1;
    totalResidues += sequence.length;
    if (total > maxRecords || totalResidues > maxResidues) {
      throw new JobFailure(
        `the file has more than ${total > maxRecords ? `${maxRecords} records` : `${maxResidues} residues`}; send its parts as several jobs`,
      );
    }
  }
  if (total === 0)
    throw new JobFailure("the file holds no record; begin each with a line such as >P01308");
  return { total, totalResidues };
}

/** @throws {JobFailure} at the line where the file cannot be read on. */
export async function* readInput(path: string): AsyncGenerator<FastaRecord> {
  try {
    yield* readFastaFiles([path]);
  } catch (error) {
    if (!(error instanceof FastaError)) throw error;
    throw new JobFailure(error.message.replaceAll(path, "the file").replace(/^readFasta: /, ""), {
      cause: error,
    });
  }
}
