/** A random part of a FASTA file, in the file's order: each set of records is equally probable. */
import type { FastaRecord, RecordSource } from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";

/**
 * Reservoir sampling (Vitter 1985, algorithm R).
 * @param fits which records count at all; every one without.
 */
export async function drawRecords(
  source: RecordSource,
  count: number,
  fits: (record: FastaRecord) => boolean = () => true,
): Promise<FastaRecord[]> {
  const stream = createStream(splitKey(randomKey(0), "experiment sample"));
  const drawn: { record: FastaRecord; place: number }[] = [];
  let place = 0;
  for await (const record of source()) {
    if (!fits(record)) continue;
    const target = place < count ? place : stream.integer(place + 1);
    if (target < count) drawn[target] = { record, place };
    place++;
  }
  return drawn.sort((a, b) => a.place - b.place).map(({ record }) => record);
}
