/** Sequence files for the verbs, what they hold, and options that each verb can be run with. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFastaFiles } from "@performer/proteins/node";
import { newFolder } from "./folders.ts";

const DATA = join(import.meta.dirname, "../../../data");
export const SAMPLE = join(DATA, "sample-valid.fasta.gz");
export const TRAINING_SAMPLE = join(DATA, "sample-train.fasta.gz");

export const KEEP_ALL = {
  minLength: 1,
  maxLength: 1000,
  maxOddShare: 1,
  letters: "refuse",
} as const;
export const SHARES = { valid: 0.2, test: 0.1 };
export const PACKING = { policy: "strict", shardResidues: 10_000 } as const;

export async function readAll(...paths: string[]): Promise<[header: string, letters: string][]> {
  const records: [string, string][] = [];
  for await (const { header, sequence } of readFastaFiles(paths)) {
    records.push([header, textOf(sequence)]);
  }
  return records;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

/** A file with that text in a folder of its own. */
export async function fileOf(text: string, name = "in.fasta"): Promise<string> {
  const path = join(await newFolder(), name);
  await writeFile(path, text);
  return path;
}
