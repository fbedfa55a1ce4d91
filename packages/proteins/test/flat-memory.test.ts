/**
 * Memory does not grow with the size of the input. The input is the bundled sample over and over,
 * made while it is read; what counts is how far the resident set rises after the first tenth.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createTrainingBatches, type RecordSource, readFasta } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";
import { expect, test } from "vitest";
import { MASKING } from "./batch-cases.ts";

const MEGABYTE = 1_000_000;
const CHUNK_BYTES = 262_144;
/** Seconds of work on an idle machine; the limit leaves room for a busy one. */
const TIMEOUT_MS = 300_000;
const compressed = readFileSync(join(import.meta.dirname, "../../../data/sample-train.fasta.gz"));
const text = gunzipSync(compressed);

/** `bytes` over and over, until `total` bytes have passed or more. */
async function* repeat(bytes: Uint8Array, total: number): AsyncGenerator<Uint8Array> {
  for (let passed = 0; passed < total; passed += bytes.length) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      yield bytes.subarray(at, at + CHUNK_BYTES);
  }
}

/** Reads all, and returns what came by and how far memory rose after the first tenth of `expected`. */
async function growth<T>(items: AsyncIterable<T>, sizeOf: (item: T) => number, expected: number) {
  let size = 0;
  let count = 0;
  let early = 0;
  let late = 0;
  for await (const item of items) {
    size += sizeOf(item);
    if (++count % 1000 !== 0) continue;
    const resident = process.memoryUsage.rss();
    if (size < expected / 10) early = Math.max(early, resident);
    else late = Math.max(late, resident);
  }
  return { size, megabytes: (late - early) / MEGABYTE };
}

test(
  "1 GB of FASTA is read within 64 MB more than its first 100 MB",
  async () => {
    const records = readFasta(repeat(text, 1100 * MEGABYTE), { source: "repeated" });
    const bytesOf = (record: { header: string; sequence: Uint8Array }) =>
      record.header.length + record.sequence.length;
    const { size, megabytes } = await growth(records, bytesOf, 1000 * MEGABYTE);
    expect(size).toBeGreaterThan(1000 * MEGABYTE);
    expect(megabytes).toBeLessThan(64);
  },
  TIMEOUT_MS,
);

test(
  "a gzip file of 250 members is read within 64 MB more than its first tenth",
  async () => {
    const standardInput = repeat(compressed, 250 * compressed.length);
    const records = readFastaFiles(["-"], { standardInput });
    const expected = 250 * 625_635; // residues
    const { size, megabytes } = await growth(records, ({ sequence }) => sequence.length, expected);
    expect(size).toBe(expected);
    expect(megabytes).toBeLessThan(64);
  },
  TIMEOUT_MS,
);

test(
  "training batches of 50 MB are made within 64 MB more than those of the first 5 MB",
  async () => {
    const source: RecordSource = () =>
      readFasta(repeat(text, 50 * MEGABYTE), { source: "repeated" });
    const batches = createTrainingBatches({
      source,
      data: { sequenceLength: 512, batchSize: 8, layout: "concatenate", shuffleBuffer: 4096 },
      masking: MASKING,
      direction: "causal",
      seed: 0,
      epochs: 1,
    });
    const { size, megabytes } = await growth(
      batches,
      ({ batch }) => batch.inputs.length,
      40 * MEGABYTE,
    );
    expect(size).toBeGreaterThan(35 * MEGABYTE);
    expect(megabytes).toBeLessThan(64);
  },
  TIMEOUT_MS,
);
