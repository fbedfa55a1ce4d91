/**
 * FASTA records to residue ids, with errors that name file and line. Nothing is cut: a record that the
 * model cannot take ends the work, unless the caller asked to pass over long ones.
 */
import { encodeSequence, type FastaRecord, parseHeader, ResidueError } from "@performer/proteins";

export interface EncodedRecord {
  /** 0-based, in the whole input. */
  readonly record: number;
  /** First word of the header. */
  readonly id: string;
  readonly accession: string;
  /** Residue ids; null: too long, passed over. */
  readonly sequence: Uint8Array | null;
}

export interface EncodeRecordsOptions {
  /** Longest sequence that the model takes, residues. */
  readonly maxResidues: number;
  /** "lenient" reads letters that no policy covers as X. */
  readonly letters: "strict" | "lenient";
  /** Whether records that are too long are passed over; else they are errors. */
  readonly skipLong: boolean;
  /** Called for each that is passed over. */
  readonly onTooLong?: (message: string) => void;
}

/** A record that cannot be embedded. */
class RecordError extends Error {
  override readonly name = "RecordError";

  constructor({ source, line }: FastaRecord, problem: string, options?: ErrorOptions) {
    super(`${source}:${line}: ${problem}`, options);
  }
}

/** @throws {RecordError} naming file and line. */
export function encodeRecord(
  record: FastaRecord,
  number: number,
  { maxResidues, letters, skipLong, onTooLong }: EncodeRecordsOptions,
): EncodedRecord {
  const { id, accession } = parseHeader(record.header);
  const head = { record: number, id, accession };
  const sequence = encodeOrThrow(record, letters);
  if (sequence.length === 0) {
    throw new RecordError(record, "the sequence has no residues; remove the record");
  }
  if (sequence.length <= maxResidues) return { ...head, sequence };
  const error = new RecordError(
    record,
    `the sequence has ${sequence.length} residues, the model takes ${maxResidues}; ` +
      "cut it into parts, or pass over such records with --skip-long",
  );
  if (!skipLong) throw error;
  onTooLong?.(error.message);
  return { ...head, sequence: null };
}

function encodeOrThrow(record: FastaRecord, letters: "strict" | "lenient"): Uint8Array {
  if (record.packed !== undefined) return record.packed.residues();
  try {
    return encodeSequence(record.sequence, letters);
  } catch (cause) {
    if (!(cause instanceof ResidueError)) throw cause;
    const { letter, position } = cause;
    throw new RecordError(
      record,
      `${JSON.stringify(letter)} at position ${position + 1} is no residue; correct it, or read it as X with --lenient`,
      { cause },
    );
  }
}
