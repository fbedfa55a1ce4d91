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

/** Residue ids of each record; a record that the policy leaves empty (gaps alone) is passed over. */
export async function* encodeRecords(
  records: AsyncIterable<FastaRecord>,
  policy: ResiduePolicy = "strict",
): AsyncGenerator<Uint8Array> {
  for await (const record of records) {
    const residues = encodeRecord(record, policy);
    if (residues.length > 0) yield residues;
  }
}
