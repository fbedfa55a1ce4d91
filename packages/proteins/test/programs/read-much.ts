/**
 * Reads the bundled sample over and over through one of three paths, and prints as JSON how much
 * came by and how far the resident set rose after the first tenth. No file as large is ever made.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createTrainingBatches, type RecordSource, readFasta } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";

const MEGABYTE = 1_000_000;
const CHUNK_BYTES = 262_144;
const [path = "", sample = ""] = process.argv.slice(2);
const compressed = readFileSync(sample);
const text = gunzipSync(compressed);

/** `bytes` over and over, until `total` bytes have passed or more. */
async function* repeat(bytes: Uint8Array, total: number): AsyncGenerator<Uint8Array> {
  for (let passed = 0; passed < total; passed += bytes.length) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      yield bytes.subarray(at, at + CHUNK_BYTES);
    }
  }
}

/** Reads all; `expected` is the sum of `sizeOf`, roughly. */
async function print<T>(items: AsyncIterable<T>, sizeOf: (item: T) => number, expected: number) {
  let size = 0;
  let count = 0;
  let early = 0;
  let late = 0;
  for await (const item of items) {
    size += sizeOf(item);
    if (++count % 100 !== 0) continue;
    const resident = process.memoryUsage.rss();
    if (size < expected / 10) early = Math.max(early, resident);
    else late = Math.max(late, resident);
  }
  console.log(JSON.stringify({ size, growthMegabytes: (late - early) / MEGABYTE }));
}

switch (path) {
  case "text":
    await print(
      readFasta(repeat(text, 1100 * MEGABYTE), { source: "repeated" }),
      ({ header, sequence }) => header.length + sequence.length,
      1000 * MEGABYTE,
    );
    break;
  case "gzip":
    await print(
      readFastaFiles(["-"], { standardInput: repeat(compressed, 120 * compressed.length) }),
      ({ sequence }) => sequence.length,
      75 * MEGABYTE,
    );
    break;
  case "batches": {
    const source: RecordSource = () =>
      readFasta(repeat(text, 60 * MEGABYTE), { source: "repeated" });
    const batches = createTrainingBatches({
      source,
      data: { sequenceLength: 512, batchSize: 8, layout: "concatenate", shuffleBuffer: 4096 },
      masking: { fraction: 0.15, maskShare: 0.8, randomShare: 0.1 },
      direction: "bidirectional",
      seed: 0,
      epochs: 1,
    });
    await print(batches, ({ batch }) => batch.inputs.length, 45 * MEGABYTE);
    break;
  }
  default:
    throw new RangeError(`read-much: expected text, gzip or batches, got ${path}`);
}
