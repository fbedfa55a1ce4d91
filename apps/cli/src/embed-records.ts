/**
 * FASTA records in, embeddings out, a batch at a time: memory is bounded by the batch, whatever the
 * size of the file. Records keep their order; nothing is cut. A record that the model cannot take
 * ends the work with its file and line, unless the caller asked to pass over long ones.
 */
import { encodeSequence, type FastaRecord, parseHeader, ResidueError } from "@performer/proteins";

export interface EmbeddedRecord {
  readonly accession: string;
  /** L */
  readonly length: number;
  /** [L, E] row-major */
  readonly residues: Float32Array;
  /** [E] */
  readonly mean: Float32Array;
}

export interface EmbedRecordsOptions {
  readonly embed: (
    sequences: readonly Uint8Array[],
  ) => Promise<readonly Omit<EmbeddedRecord, "accession">[]>;
  /** Longest sequence that the model takes, residues. */
  readonly maxResidues: number;
  /** "lenient" reads letters that no policy covers as X. */
  readonly policy: "strict" | "lenient";
  /** Called for a record that is too long, which is then passed over; absent: it is an error. */
  readonly onTooLong?: (message: string) => void;
}

/** Residues gathered for one call of `embed`. */
const BATCH_RESIDUES = 8192;

interface Pending {
  readonly accession: string;
  readonly sequence: Uint8Array;
}

/** @throws {RecordError} naming file and line of the record. */
export async function* embedRecords(
  records: AsyncIterable<FastaRecord>,
  options: EmbedRecordsOptions,
): AsyncGenerator<EmbeddedRecord> {
  let batch: Pending[] = [];
  let gathered = 0;
  for await (const record of records) {
    const sequence = encodeRecord(record, options);
    if (sequence === undefined) continue;
    batch.push({ accession: parseHeader(record.header).accession, sequence });
    gathered += sequence.length;
    if (gathered < BATCH_RESIDUES) continue;
    yield* embedBatch(batch, options);
    batch = [];
    gathered = 0;
  }
  yield* embedBatch(batch, options);
}

async function* embedBatch(
  batch: readonly Pending[],
  { embed }: EmbedRecordsOptions,
): AsyncGenerator<EmbeddedRecord> {
  if (batch.length === 0) return;
  const embeddings = await embed(batch.map(({ sequence }) => sequence));
  for (const [i, { accession }] of batch.entries()) {
    const embedding = embeddings[i];
    if (embedding !== undefined) yield { accession, ...embedding };
  }
}

/** A record that cannot be embedded. */
class RecordError extends Error {
  override readonly name = "RecordError";

  constructor({ source, line }: FastaRecord, problem: string, options?: ErrorOptions) {
    super(`${source}:${line}: ${problem}`, options);
  }
}

/** Residue ids, or undefined where the record is passed over. */
function encodeRecord(
  record: FastaRecord,
  { maxResidues, policy, onTooLong }: EmbedRecordsOptions,
): Uint8Array | undefined {
  const sequence = encodeOrThrow(record, policy);
  if (sequence.length === 0) {
    throw new RecordError(record, "the sequence has no residues; remove the record");
  }
  if (sequence.length <= maxResidues) return sequence;
  const error = new RecordError(
    record,
    `the sequence has ${sequence.length} residues, the model takes ${maxResidues}; ` +
      "cut it into parts, or pass over such records with --skip-long",
  );
  if (onTooLong === undefined) throw error;
  onTooLong(error.message);
  return undefined;
}

function encodeOrThrow(record: FastaRecord, policy: "strict" | "lenient"): Uint8Array {
  try {
    return encodeSequence(record.sequence, policy);
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
