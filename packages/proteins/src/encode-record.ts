/** A record's residue ids, with errors that name the file and the line. */
import { encodeSequence, ResidueError, type ResiduePolicy } from "./encode-sequence.ts";
import { FastaError, type FastaRecord } from "./fasta-record.ts";
import { parseHeader } from "./parse-header.ts";

/**
 * A packed record was encoded under the policy that it was packed with.
 * @throws {FastaError} with the ResidueError as cause, at the line of the record's header.
 */
export function encodeRecord(record: FastaRecord, policy: ResiduePolicy): Uint8Array {
  if (record.packed !== undefined) return record.packed.residues();
  try {
    return encodeSequence(record.sequence, policy);
  } catch (error) {
    if (!(error instanceof ResidueError)) throw error;
    const { id } = parseHeader(record.header);
    throw new FastaError(record, `record ${JSON.stringify(id)}: ${error.message}`, {
      cause: error,
    });
  }
}
