/**
 * A job's records in chunks, each computed, written and booked as a whole. Where chunks begin and end
 * depends on the records alone, so a job that goes on after a crash computes the same batches as one
 * that was never stopped, and gives the same bytes.
 */
import { encodeSequence, type FastaRecord, parseHeader, ResidueError } from "@performer/proteins";
import type { JobOptions } from "@performer/schema";
import type { JobItemRecord } from "@performer/store";

/** Residues that fill a chunk: a second of work or so, after which people who wait have their turn. */
const CHUNK_RESIDUES = 4_096;
/** Records of a chunk, however short or refused. */
const CHUNK_RECORDS = 256;

/** A record, and its residue ids unless it is refused. */
export interface ChunkRecord {
  readonly item: JobItemRecord;
  readonly residues: Uint8Array | null;
}

export interface ChunkOptions {
  /** Records to pass over: those that are done. */
  readonly from: number;
  readonly letters: JobOptions["letters"];
  /** Longest sequence that the model takes. */
  readonly maxResidues: number;
}

export async function* chunksOf(
  records: AsyncIterable<FastaRecord>,
  { from, letters, maxResidues }: ChunkOptions,
): AsyncGenerator<readonly ChunkRecord[]> {
  let chunk: ChunkRecord[] = [];
  let gathered = 0;
  let number = 0;
  for await (const record of records) {
    const place = number++;
    if (place < from) continue;
    const judged = judge(record, place, { letters, maxResidues });
    chunk.push(judged);
    gathered += judged.residues?.length ?? 0;
    if (gathered < CHUNK_RESIDUES && chunk.length < CHUNK_RECORDS) continue;
    yield chunk;
    chunk = [];
    gathered = 0;
  }
  if (chunk.length > 0) yield chunk;
}

function judge(
  record: FastaRecord,
  number: number,
  { letters, maxResidues }: Omit<ChunkOptions, "from">,
): ChunkRecord {
  const { accession } = parseHeader(record.header);
  const refuse = (refusal: string): ChunkRecord => ({
    item: { number, accession, length: record.sequence.length, refusal },
    residues: null,
  });
  let residues: Uint8Array;
  try {
    residues = encodeSequence(record.sequence, letters);
  } catch (error) {
    if (!(error instanceof ResidueError)) throw error;
    return refuse(
      `${JSON.stringify(error.letter)} at position ${error.position + 1} is no residue; correct it, or send the job with letters=lenient to read it as X`,
    );
  }
  if (residues.length === 0) return refuse("no residues are left without gaps; remove the record");
  if (residues.length > maxResidues) {
    return refuse(
      `${residues.length} residues, the model takes ${maxResidues}; nothing is cut silently: send its parts`,
    );
  }
  return { item: { number, accession, length: residues.length, refusal: null }, residues };
}
