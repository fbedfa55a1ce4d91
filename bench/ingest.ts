/**
 * Reading sequences: `npm run bench -- ingest`. Rates of readers, batches and packed shards beside plain
 * cat and zcat (and seqkit where it is installed) on the same files, contenders interleaved in rounds; then
 * the memory of reading a file of several GB. The files are made for the purpose and removed. Rates are
 * per second of wall time with the files in the page cache: run it on a quiet machine.
 *
 * --megabytes 200   size of the file that rates are taken on
 * --rounds 3
 * --gigabytes 3     size of the file for memory; 0 leaves it out
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type Contender, contendersFor } from "./ingest/contenders.ts";
import { readSample, writeGzip, writePack, writeRepeated } from "./ingest/material.ts";
import { machineDescription } from "./train/machine.ts";

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "200" },
    rounds: { type: "string", default: "3" },
    gigabytes: { type: "string", default: "3" },
  },
});
const [megabytes, rounds, gigabytes] = [values.megabytes, values.rounds, values.gigabytes].map(
  (text) => {
    const number = Number(text);
    if (Number.isFinite(number) && number >= 0) return number;
    throw new TypeError(`ingest: expected a number, got "${text}"`);
  },
) as [number, number, number];

const folder = await mkdtemp(join(tmpdir(), "performer-ingest-"));
try {
  console.log(`${machineDescription()}\n`);
  const sample = await readSample();
  if (rounds > 0) await compareRates(sample);
  if (gigabytes > 0) await compareMemory(sample);
} finally {
  await rm(folder, { recursive: true });
}

async function compareRates(sample: readonly string[]): Promise<void> {
  const fasta = join(folder, "rates.fasta");
  const small = join(folder, "small.fasta");
  const gzip = `${fasta}.gz`;
  const pack = join(folder, "packed");
  const bytes = await writeRepeated(sample, fasta, megabytes * 1e6);
  const smallBytes = await writeRepeated(sample, small, (megabytes * 1e6) / 20);
  await writeGzip(fasta, gzip);
  await mkdir(pack);
  await writePack(fasta, pack);
  const contenders = contendersFor({
    fasta,
    gzip,
    pack,
    megabytes: bytes / 1e6,
    small: { fasta: small, megabytes: smallBytes / 1e6 },
  });
  const rates = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [contender, measured] of rates) {
      const result = await contender.run();
      if (result !== null) measured.push(result.amount / result.seconds);
    }
  }
  console.log(`${(bytes / 1e6).toFixed(0)} MB of FASTA, ${rounds} rounds, a second:\n`);
  console.log("| contender | median (range) | unit |\n| --- | --- | --- |");
  for (const [{ name, unit }, measured] of rates) {
    const sorted = measured.toSorted((a, b) => a - b).map((rate) => rate.toFixed(0));
    const range = `${sorted[sorted.length >> 1]} (${sorted[0]}-${sorted.at(-1)})`;
    console.log(`| ${name} | ${sorted.length === 0 ? "not installed" : range} | ${unit} |`);
  }
}

async function compareMemory(sample: readonly string[]): Promise<void> {
  const fasta = join(folder, "memory.fasta");
  const pack = join(folder, "memory-packed");
  const bytes = await writeRepeated(sample, fasta, gigabytes * 1e9);
  await mkdir(pack);
  await writePack(fasta, pack);
  console.log(
    `\n${(bytes / 1e9).toFixed(1)} GB of FASTA, resident set in MB, highest of the first tenth and after:\n`,
  );
  console.log("| read | first tenth | after | s |\n| --- | --- | --- | --- |");
  const main = join(import.meta.dirname, "main.mjs");
  for (const [name, path] of [
    ["FASTA", fasta],
    ["pack", pack],
  ] as const) {
    const args = [main, "ingest/memory", path, String(bytes / 1e6)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { earlyMegabytes, lateMegabytes, seconds } = JSON.parse(stdout);
    const cells = [earlyMegabytes, lateMegabytes, seconds].map((value) => value.toFixed(0));
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}
