/** Large files of real sequences with fresh ids, in a temporary folder: what the readers are timed on. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { RESIDUES } from "@performer/proteins";
import { readFastaFiles, writeShards } from "@performer/proteins/node";
import type { PackManifest } from "@performer/schema";

const LINE = 60;
const root = join(import.meta.dirname, "../..");

/** Text of the bundled sample, a record an entry, without the ids. */
export async function readSample(): Promise<readonly string[]> {
  const records: string[] = [];
  const file = join(root, "data/sample-train.fasta.gz");
  for await (const { header, sequence } of readFastaFiles([file])) {
    const letters = Buffer.from(sequence).toString("latin1");
    const lines = letters.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
    records.push(`${header.slice(header.indexOf(" "))}\n${lines.join("\n")}\n`);
  }
  return records;
}

/** The records over and over, each with an id of its own, until `bytes` are written. @returns the bytes. */
export async function writeRepeated(
  records: readonly string[],
  path: string,
  bytes: number,
): Promise<number> {
  const file = createWriteStream(path);
  let written = 0;
  for (let time = 0; written < bytes; time++) {
    const text = records.map((record, i) => `>UniRef50_${time}R${i}${record}`).join("");
    written += text.length;
    if (!file.write(text, "latin1")) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return written;
}

export async function writeGzip(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createGzip(), createWriteStream(to));
}

/** A packed folder without the rest of what `npm run data -- pack` notes. */
export async function writePack(from: string, folder: string): Promise<void> {
  const shards = await writeShards(readFastaFiles([from]), { folder });
  const manifest = {
    format: 1,
    verb: "pack",
    createdAt: new Date().toISOString(),
    sources: [{ name: "repeated.fasta", sha256: "0".repeat(64), sizeBytes: 0 }],
    arguments: {},
    counts: {},
    files: {},
    pack: { version: 1, alphabet: RESIDUES as PackManifest["pack"]["alphabet"], shards },
  } satisfies PackManifest;
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
}

/** Runs a program to its end with its output thrown away. @returns seconds; null where it is not installed. */
export async function timeProgram(
  command: string,
  args: readonly string[],
): Promise<number | null> {
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise<number | null | "absent">((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? resolve("absent") : reject(error),
    );
    child.on("close", resolve);
  });
  if (code === "absent") return null;
  if (code !== 0) throw new Error(`timeProgram: ${command} ended with exit code ${code}`);
  return (performance.now() - startedAt) / 1000;
}
