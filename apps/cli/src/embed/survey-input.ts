/**
 * A first pass over the input, before anything is computed: what is in it, checksums, and every error
 * that it holds. It reads 200 MB a second, so the size of the output, the time and a bad letter in the
 * last record are known at the start and not after days.
 */
import {
  addTotals,
  type EmbeddingTotals,
  NO_TOTALS,
  totalsOfRow,
} from "@performer/embedding-files";
import { readFastaFiles } from "@performer/proteins/node";
import type { EmbeddingManifest } from "@performer/schema";
import { describeFile } from "@performer/training";
import { type EncodeRecordsOptions, encodeRecord } from "./encode-records.ts";
import { isInShard, type ShardChoice } from "./shard.ts";

export interface Survey {
  readonly input: EmbeddingManifest["input"];
  readonly counts: EmbeddingManifest["counts"];
  readonly totals: EmbeddingTotals;
}

/** @throws {RecordError} for the first record of the shard that cannot be embedded. */
export async function surveyInput(
  files: readonly string[],
  options: EncodeRecordsOptions & { readonly shard: ShardChoice | null },
): Promise<Survey> {
  let inputRecords = 0;
  let records = 0;
  let totals = NO_TOTALS;
  for await (const record of readFastaFiles(files)) {
    const place = inputRecords++;
    if (!isInShard(place, options.shard)) continue;
    records += 1;
    const { sequence, ...head } = encodeRecord(record, place, options);
    if (sequence === null) continue;
    totals = addTotals(totals, totalsOfRow({ ...head, length: sequence.length }));
  }
  const input: EmbeddingManifest["input"] = [];
  for (const file of files) input.push(await describeFile(file));
  return { input, counts: { inputRecords, records, passedOver: records - totals.rows }, totals };
}
