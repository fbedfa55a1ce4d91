/** FASTA files and standard input, compressed or not, as one stream of records. */
import { decompress } from "../compression.ts";
import type { FastaReader, FastaRecord, RecordSource } from "../fasta-record.ts";
import { readFasta } from "../read-fasta.ts";
import { gunzip } from "./gunzip.ts";
import { readBytes } from "./read-bytes.ts";

export interface ReadFilesOptions {
  /** `readFasta` (default) or `readFastaWithBionode`. */
  readonly reader?: FastaReader;
  readonly maxSequenceLength?: number;
  /** What the path "-" reads; default process.stdin. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
}

const STANDARD_INPUT = "-";

/**
 * Records of the files, one file after another, in the given order. One file is open at a time.
 * @param paths plain, gzip or zstd, told apart by content; "-" is standard input.
 * @throws {FastaError} with file and line; a file that cannot be opened is at fault in line 1.
 * @throws {RangeError} where "-" is given more than once.
 */
export async function* readFastaFiles(
  paths: readonly string[],
  options: ReadFilesOptions = {},
): AsyncGenerator<FastaRecord> {
  const { reader = readFasta, standardInput, maxSequenceLength } = options;
  if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
    throw new RangeError(
      'readFastaFiles: expected "-" (standard input) once, got it twice; it can be read once only',
    );
  }
  for (const path of paths) {
    const isStandardInput = path === STANDARD_INPUT;
    const bytes = isStandardInput ? (standardInput ?? process.stdin) : readBytes(path);
    yield* reader(decompress(bytes, gunzip), {
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
