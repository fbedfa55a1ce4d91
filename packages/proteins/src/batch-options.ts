/** What training and evaluation batches have in common: their options, and how rows are encoded. */
import type { DataConfig, MaskingConfig, ModelConfig } from "@performer/schema";
import { encodeRecord } from "./encode-record.ts";
import type { ResiduePolicy } from "./encode-sequence.ts";
import type { FastaRecord, RecordSource } from "./fasta-record.ts";

export interface BatchOptions {
  readonly source: RecordSource;
  readonly data: DataConfig;
  readonly masking: MaskingConfig;
  readonly direction: ModelConfig["direction"];
  readonly seed: number;
  /** Default "strict": a letter that no rule covers stops with its file and line. */
  readonly policy?: ResiduePolicy;
}

/** Tokens a row needs for L inputs: causal rows hold one more, the target of the last input. */
export function rowLengthOf({ data, direction }: BatchOptions): number {
  return direction === "causal" ? data.sequenceLength + 1 : data.sequenceLength;
}

/** Stands for a sequence that nobody will look at. */
const UNREAD = new Uint8Array(0);

/**
 * Residue ids of each record; a record that the policy leaves empty (gaps alone) is passed over.
 * @param unread how many of the first sequences are only counted: of packed records they come empty
 *   and are never read.
 */
export async function* encodeRecords(
  records: AsyncIterable<FastaRecord>,
  policy: ResiduePolicy = "strict",
  unread = 0,
): AsyncGenerator<Uint8Array> {
  let left = unread;
  for await (const record of records) {
    const { packed } = record;
    const isUnread = left > 0 && packed !== undefined && packed.length() > 0;
    const residues = isUnread ? UNREAD : encodeRecord(record, policy);
    if (!isUnread && residues.length === 0) continue;
    left--;
    yield residues;
  }
}
