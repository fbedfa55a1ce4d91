/**
 * Records gathered into windows: what is sorted by length together, computed, and kept as one part.
 * Where windows end depends on the records alone.
 */
import type { FastaRecord } from "@performer/proteins";
import { type EncodedRecord, type EncodeRecordsOptions, encodeRecord } from "./encode-records.ts";
import { isInShard, type ShardChoice } from "./shard.ts";

/** A record with its residues. */
export type TakenRecord = EncodedRecord & { readonly sequence: Uint8Array };

export interface EmbeddingWindow {
  /** In the order of the input. */
  readonly records: readonly TakenRecord[];
  /** The first record of the input behind the window. */
  readonly nextRecord: number;
}

export interface WindowOptions extends EncodeRecordsOptions {
  /** Residues that fill a window. */
  readonly windowResidues: number;
  readonly shard: ShardChoice | null;
  /** Records that are done; those before it are not looked at. */
  readonly from: number;
  /** Told of the letters of each such record of the shard, for progress. */
  readonly onDone?: (letters: number) => void;
}

/** @throws {RecordError} naming file and line of a record that cannot be embedded. */
export async function* windowsOf(
  records: AsyncIterable<FastaRecord>,
  options: WindowOptions,
): AsyncGenerator<EmbeddingWindow> {
  let window: TakenRecord[] = [];
  let gathered = 0;
  let number = 0;
  for await (const record of records) {
    const place = number++;
    if (!isInShard(place, options.shard)) continue;
    if (place < options.from) {
      options.onDone?.(record.packed?.length() ?? record.sequence.length);
      continue;
    }
    const encoded = encodeRecord(record, place, options);
    if (!isTaken(encoded)) continue;
    window.push(encoded);
    gathered += encoded.sequence.length;
    if (gathered < options.windowResidues) continue;
    yield { records: window, nextRecord: number };
    window = [];
    gathered = 0;
  }
  if (window.length > 0) yield { records: window, nextRecord: number };
}

const isTaken = (record: EncodedRecord): record is TakenRecord => record.sequence !== null;
