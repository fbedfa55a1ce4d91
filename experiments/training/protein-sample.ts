/**
 * The proteins that the training experiments use: a random part of ../shared/data, cut once and kept in
 * .cache, or the bundled sample in data/ where that folder is absent. Runs of a few million tokens see a
 * small part of 127,806 sequences, so each run would only wait for the rest to be read.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { replaceFile } from "@performer/durable-files";
import type { FastaRecord } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { drawRecords } from "./draw-records.ts";

export interface ProteinSample {
  /** For pages: where the sequences come from, and how many. */
  readonly description: string;
  /** What the models are trained on. */
  readonly train: string;
  readonly validation: string;
  /** What the n-gram baselines are fitted on: all that there is. */
  readonly whole: string;
}

export interface SampleSize {
  /** Sequences. */
  readonly train: number;
  readonly validation: number;
}

/** @param root folder of the clone. */
export async function proteinSample(root: string, size: SampleSize): Promise<ProteinSample> {
  const shared = join(root, "../shared/data");
  const whole = join(shared, "uniref50-train.fasta.gz");
  if (!existsSync(whole)) {
    const train = join(root, "data/sample-train.fasta.gz");
    const validation = join(root, "data/sample-valid.fasta.gz");
    const description = "the bundled sample (1,805 sequences to train on, 195 to validate on)";
    return { description, train, validation, whole: train };
  }
  const folder = join(root, ".cache/experiments/data");
  const validation = join(shared, "uniref50-valid.fasta.gz");
  return {
    description: `${size.train} sequences drawn at random from the 127,806 of UniRef50 in shared/data to train on, ${size.validation} of its 5,720 validation sequences to validate on`,
    train: await drawnPart(whole, size.train, folder),
    validation: await drawnPart(validation, size.validation, folder),
    whole,
  };
}

/** @returns a file of `count` records of `file` in its order, each set of records equally probable. */
async function drawnPart(file: string, count: number, folder: string): Promise<string> {
  const part = join(folder, `${basename(file, ".fasta.gz")}-${count}.fasta`);
  if (existsSync(part)) return part;
  const records = await drawRecords(createFileSource([file]), count);
  await mkdir(folder, { recursive: true });
  const text = records.map(formatRecord).join("");
  await replaceFile(part, (partial) => writeFile(partial, text));
  return part;
}

function formatRecord({ header, sequence }: FastaRecord): string {
  return `>${header}\n${Buffer.from(sequence).toString("latin1")}\n`;
}
