/** FASTA files and standard input, compressed or not, as one stream of records. */
import { createReadStream } from "node:fs";
import type { FastaReader, FastaRecord, RecordSource } from "../fasta-record.ts";
import { readFasta } from "../read-fasta.ts";
import { decompress } from "./decompress.ts";

export interface ReadFilesOptions {
  /** `readFasta` (default) or `readFastaWithBionode`. */
  readonly reader?: FastaReader;
  readonly maxSequenceLength?: number;
  /** What the path "-" reads; default process.stdin. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
}

const STANDARD_INPUT = "-";
const READ_BYTES = 262_144;

/**
 * Records of the files, one file after another, in the given order. One file is open at a time.
 * @param paths plain, gzip or zstd, told apart by content; "-" is standard input.
 * @throws {FastaError} with file and line; a file that cannot be opened is at fault in line 1.
 */
export async function* readFastaFiles(
  paths: readonly string[],
  options: ReadFilesOptions = {},
): AsyncGenerator<FastaRecord> {
  const { reader = readFasta, standardInput = process.stdin, maxSequenceLength } = options;
  for (const path of paths) {
    const isStandardInput = path === STANDARD_INPUT;
    const bytes = isStandardInput
      ? standardInput
      : createReadStream(path, { highWaterMark: READ_BYTES });
    yield* reader(decompress(bytes), {
      source: isStandardInput ? "standard input" : path,
      ...(maxSequenceLength === undefined ? {} : { maxSequenceLength }),
    });
  }
}

/**
 * The files as a source that can be read again, for training over epochs.
 * @throws {RangeError} for no path at all, and for "-", which can be read once only.
 */
export function createFileSource(
  paths: readonly string[],
  options: ReadFilesOptions = {},
): RecordSource {
  if (paths.length === 0) {
    throw new RangeError("createFileSource: expected at least one path, got none");
  }
  if (paths.includes(STANDARD_INPUT)) {
    throw new RangeError(
      'createFileSource: expected files that can be read again in each epoch, got "-" (standard input); save it to a file first',
    );
  }
  return () => readFastaFiles(paths, options);
}
