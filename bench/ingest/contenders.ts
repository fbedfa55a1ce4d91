/** What is timed: each reads its file once and says how much it was, in millions of its unit. */
import { countResidues, createTrainingBatches, type RecordSource } from "@performer/proteins";
import {
  createFileSource,
  openPack,
  readFastaFiles,
  readFastaWithBionode,
} from "@performer/proteins/node";
import { DataConfig, MaskingConfig } from "@performer/schema";
import { timeProgram } from "./material.ts";

/** Files with the same records. */
export interface Files {
  readonly fasta: string;
  readonly gzip: string;
  readonly pack: string;
  /** Size of `fasta`, in MB: what the rates of all MB contenders count. */
  readonly megabytes: number;
  /** A small part of `fasta`, for readers that are slow. */
  readonly small: { readonly fasta: string; readonly megabytes: number };
}

export interface Contender {
  readonly name: string;
  readonly unit: "MB of FASTA" | "million residues" | "million tokens";
  /** @returns amount and seconds; null where the program is not installed. */
  run(): Promise<{ amount: number; seconds: number } | null>;
}

export function contendersFor(files: Files): readonly Contender[] {
  const { fasta, gzip, pack, megabytes, small } = files;
  const text = (name: string, amount: number, work: () => Promise<unknown>): Contender => ({
    name,
    unit: "MB of FASTA",
    run: () => timed(work, () => amount),
  });
  const program = (name: string, command: string, args: readonly string[]): Contender => ({
    name,
    unit: "MB of FASTA",
    async run() {
      const seconds = await timeProgram(command, args);
      return seconds === null ? null : { amount: megabytes, seconds };
    },
  });
  const residues = (name: string, source: RecordSource): Contender => ({
    name,
    unit: "million residues",
    run: () =>
      timed(
        () => countResidues(source),
        (counts) => counts.residues / 1e6,
      ),
  });
  const batches = (
    name: string,
    source: RecordSource,
    direction: "bidirectional" | "causal",
  ): Contender => ({
    name,
    unit: "million tokens",
    run: () =>
      timed(
        () => countTokens(source, direction),
        (tokens) => tokens / 1e6,
      ),
  });
  return [
    program("cat FASTA", "cat", [fasta]),
    program("seqkit stats, FASTA", "seqkit", ["stats", "--threads", "1", fasta]),
    text("readFastaFiles, FASTA", megabytes, () => drain(readFastaFiles([fasta]))),
    text("readFastaWithBionode, FASTA", small.megabytes, () =>
      drain(readFastaFiles([small.fasta], { reader: readFastaWithBionode })),
    ),
    program("zcat gzip", "zcat", [gzip]),
    program("seqkit stats, gzip", "seqkit", ["stats", "--threads", "1", gzip]),
    text("readFastaFiles, gzip", megabytes, () => drain(readFastaFiles([gzip]))),
    residues("token ids from FASTA", createFileSource([fasta])),
    residues("token ids from gzip", createFileSource([gzip])),
    residues("token ids from the pack, in order", createFileSource([pack])),
    residues("token ids from the pack, at random", atRandom(pack)),
    batches("batches from gzip, bidirectional", createFileSource([gzip]), "bidirectional"),
    batches("batches from the pack, bidirectional", createFileSource([pack]), "bidirectional"),
    batches("batches from gzip, causal", createFileSource([gzip]), "causal"),
    batches("batches from the pack, causal", createFileSource([pack]), "causal"),
  ];
}

async function timed<Result>(
  work: () => Promise<Result>,
  amountOf: (result: Result) => number,
): Promise<{ amount: number; seconds: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { amount: amountOf(result), seconds: (performance.now() - startedAt) / 1000 };
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

async function countTokens(
  source: RecordSource,
  direction: "bidirectional" | "causal",
): Promise<number> {
  let tokens = 0;
  const data = DataConfig.parse({});
  const masking = MaskingConfig.parse({});
  const batches = createTrainingBatches({ source, data, masking, direction, seed: 1, epochs: 1 });
  for await (const { batch } of batches) {
    tokens += batch.paddingMask.reduce((sum, value) => sum + value, 0);
  }
  return tokens;
}

/** Every record once, each far from the one before: steps of a stride that shares no factor with the count. */
function atRandom(folder: string): RecordSource {
  const pack = openPack(folder);
  const { sequences } = pack;
  let stride = Math.floor(0.618 * sequences) | 1;
  while (greatestCommonDivisor(stride, sequences) !== 1) stride += 2;
  return async function* () {
    for (let i = 0, at = 0; i < sequences; i++, at = (at + stride) % sequences) {
      yield pack.record(at);
    }
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
