/** FASTA files, compressed or not, packed folders and standard input as one stream of records. */
import { decompress } from "../compression.ts";
import type { FastaReader, FastaRecord, RecordSource } from "../fasta-record.ts";
import { readFasta } from "../read-fasta.ts";
import { gunzip } from "./gunzip.ts";
import { isPackFolder, openPack, type Pack } from "./pack/open-pack.ts";
import { readBytes } from "./read-bytes.ts";

export interface ReadFilesOptions {
  /** `readFasta` (default) or `readFastaWithBionode`. */
  readonly reader?: FastaReader;
  readonly maxSequenceLength?: number;
  /** What the path "-" reads; default process.stdin. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
  /** Sees the bytes of a file as they are read, compressed as they are: for checksums and progress. */
  readonly onChunk?: (chunk: Uint8Array, path: string) => void;
}

const STANDARD_INPUT = "-";

/**
 * Records of the files, one file after another, in the given order. One file is open at a time.
 * @param paths plain, gzip or zstd, told apart by content; folders that `writeShards` filled; "-" is
 *   standard input.
 * @throws {FastaError} with file and line; a file that cannot be opened is at fault in line 1.
 * @throws {PackError} for a packed folder that is damaged.
 * @throws {RangeError} where "-" is given more than once.
 */
export async function* readFastaFiles(
  paths: readonly string[],
  options: ReadFilesOptions = {},
): AsyncGenerator<FastaRecord> {
  if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
    throw new RangeError(
      'readFastaFiles: expected "-" (standard input) once, got it twice; it can be read once only',
    );
  }
  for (const path of paths) {
    if (isPackFolder(path)) yield* openPack(path).records();
    else yield* readFastaFile(path, options);
  }
}

async function* readFastaFile(
  path: string,
  options: ReadFilesOptions,
): AsyncGenerator<FastaRecord> {
  const { reader = readFasta, standardInput = process.stdin, maxSequenceLength, onChunk } = options;
  const isStandardInput = path === STANDARD_INPUT;
  const bytes = isStandardInput ? standardInput : readBytes(path);
  const seen = onChunk === undefined ? bytes : tap(bytes, (chunk) => onChunk(chunk, path));
  yield* reader(decompress(seen, gunzip), {
    source: isStandardInput ? "standard input" : path,
    ...(maxSequenceLength === undefined ? {} : { maxSequenceLength }),
  });
}

async function* tap<Item>(
  items: AsyncIterable<Item>,
  see: (item: Item) => void,
): AsyncGenerator<Item> {
  for await (const item of items) {
    see(item);
    yield item;
  }
}

/**
 * The files and packed folders as a source that can be read again, for training over epochs. A folder
 * is opened once, so that its blocks and indexes are kept from epoch to epoch.
 * @throws {RangeError} for no path at all, and for "-", which can be read once only.
 * @throws {PackError} for a folder whose manifest is not that of a pack.
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
  const inputs = paths.map((path): Pack | string => (isPackFolder(path) ? openPack(path) : path));
  const recordsOf = (input: Pack | string) =>
    typeof input === "string" ? readFastaFile(input, options) : input.records();
  const [first, ...others] = inputs as [Pack | string, ...(Pack | string)[]];
  // each generator that only hands records on costs a microsecond for each
  if (others.length === 0) return () => recordsOf(first);
  return async function* () {
    for (const input of inputs) yield* recordsOf(input);
  };
}
