/**
 * Reading FASTA and making batches, `npm run bench -- proteins`: the bundled sample over and over,
 * contenders interleaved in rounds of one process. Rates are per second of wall time; run it on a
 * quiet machine. Memory over 1 GB is held by packages/proteins/test/flat-memory.test.ts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createTrainingBatches, readFasta } from "@performer/proteins";
import { readFastaFiles, readFastaWithBionode } from "@performer/proteins/node";
import { DataConfig, MaskingConfig } from "@performer/schema";
import { machineDescription } from "./train/machine.ts";

const ROUNDS = 5;
const CHUNK_BYTES = 262_144;
const packed = readFileSync(join(import.meta.dirname, "../data/sample-train.fasta.gz"));
const text = gunzipSync(packed);

async function* repeated(bytes: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let time = 0; time < times; time++) {
    for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
      yield bytes.subarray(from, from + CHUNK_BYTES);
    }
  }
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

async function countTokens(direction: "bidirectional" | "causal"): Promise<number> {
  let tokens = 0;
  const source = () => readFasta(repeated(text, 20), { source: "sample" });
  const data = DataConfig.parse({});
  const masking = MaskingConfig.parse({});
  const batches = createTrainingBatches({ source, data, masking, direction, seed: 1, epochs: 1 });
  for await (const { batch } of batches) {
    tokens += batch.paddingMask.reduce((sum, value) => sum + value, 0);
  }
  return tokens;
}

/** Each does its work once and says how much it was, in millions of the unit. */
const megabytes = (times: number) => (times * text.length) / 1e6;
const CONTENDERS: Record<string, { unit: string; run: () => Promise<number> }> = {
  readFasta: {
    unit: "MB",
    run: () =>
      drain(readFasta(repeated(text, 200), { source: "sample" })).then(() => megabytes(200)),
  },
  "readFastaFiles, gzip": {
    unit: "MB",
    run: () =>
      drain(readFastaFiles(["-"], { standardInput: repeated(packed, 100) })).then(() =>
        megabytes(100),
      ),
  },
  readFastaWithBionode: {
    unit: "MB",
    run: () =>
      drain(readFastaWithBionode(repeated(text, 20), { source: "sample" })).then(() =>
        megabytes(20),
      ),
  },
  "batches, bidirectional": {
    unit: "million tokens",
    run: async () => (await countTokens("bidirectional")) / 1e6,
  },
  "batches, causal": {
    unit: "million tokens",
    run: async () => (await countTokens("causal")) / 1e6,
  },
};

const rates = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, { run }] of Object.entries(CONTENDERS)) {
    const startedAt = performance.now();
    const amount = await run();
    const rate = amount / ((performance.now() - startedAt) / 1000);
    rates.set(name, [...(rates.get(name) ?? []), rate]);
  }
}
console.log(`${machineDescription()}, ${new Date().toISOString().slice(0, 10)}\n`);
console.log("| contender | a second, median (range) |\n| --- | --- |");
for (const [name, values] of rates) {
  const sorted = values.toSorted((a, b) => a - b).map((rate) => rate.toFixed(0));
  const unit = CONTENDERS[name]?.unit;
  console.log(`| ${name} | ${sorted[ROUNDS >> 1]} (${sorted[0]}-${sorted.at(-1)}) ${unit} |`);
}
