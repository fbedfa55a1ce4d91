/**
 * The inputs of a verb: which sequence files a person means, their records, and what the manifest
 * says of them. Files are hashed as they are read, so that big ones are read once.
 */
import { createHash, type Hash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Progress } from "@performer/download";
import { digestFile } from "@performer/durable-files";
import { FastaError, type FastaRecord } from "@performer/proteins";
import { isPackFolder, openPack, readFastaFiles } from "@performer/proteins/node";
import type { DataManifest, DataSource } from "@performer/schema";
import { DataError } from "./data-error.ts";
import { MANIFEST_FILE, readManifest } from "./result-folder.ts";

const SEQUENCE_FILE = /\.(fasta|fa|faa)(\.gz|\.zst)?$/;

interface Input {
  readonly path: string;
  /** Of the sequence file; of a packed folder that of its manifest. */
  readonly sizeBytes: number;
  readonly isPack: boolean;
  /** What the manifest beside it says. */
  readonly claimed?: DataSource;
}

/**
 * Files, packed folders, and folders of a verb that hold one sequence file.
 * @throws {DataError} for standard input, a path that does not exist, a folder that leaves a choice,
 *   or a file of another size than its manifest says.
 */
export async function findInputs(paths: readonly string[]): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for (const path of paths) inputs.push(await findInput(path));
  return inputs;
}

async function findInput(path: string): Promise<Input> {
  if (path === "-") {
    throw new DataError(
      'expected files, whose checksums go into the manifest, got "-" (standard input); save it to a file first',
    );
  }
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new DataError(`expected a file at ${path}, got none (${cause.code}); check the path`, {
      cause,
    });
  });
  if (!found.isDirectory()) return describeInput(path);
  if (!isPackFolder(path)) {
    throw new DataError(
      `expected sequence files or the folder of a data verb, got the folder ${path} without ${MANIFEST_FILE}; name the files in it`,
    );
  }
  const manifest = await readManifest(path);
  if (manifest.verb === "pack") {
    const pack = join(path, MANIFEST_FILE);
    const claimed = { ...(await digestFile(pack)), ...named(path, manifest) };
    return { path, sizeBytes: claimed.sizeBytes, isPack: true, claimed };
  }
  const files = Object.keys(manifest.files).filter((name) => SEQUENCE_FILE.test(name));
  const [only] = files;
  if (only === undefined || files.length > 1) {
    throw new DataError(
      `expected a folder with one sequence file, got ${path} with ${files.join(", ") || "none"}; name the file`,
    );
  }
  return describeInput(join(path, only));
}

async function describeInput(path: string): Promise<Input> {
  const { size: sizeBytes } = await stat(path);
  const folder = dirname(path);
  const manifest = isPackFolder(folder) ? await readManifest(folder) : undefined;
  const entry = manifest?.files[basename(path)];
  if (manifest === undefined || entry === undefined) return { path, sizeBytes, isPack: false };
  if (entry.sizeBytes !== sizeBytes) {
    throw notAsClaimed(path, `${entry.sizeBytes} bytes`, `${sizeBytes}`);
  }
  return { path, sizeBytes, isPack: false, claimed: { ...entry, ...named(path, manifest) } };
}

/** The release is that of the manifest's sources, where they agree. */
function named(path: string, { sources }: DataManifest): Pick<DataSource, "name" | "release"> {
  const [first, ...others] = sources.map(({ release }) => release);
  const agree = others.every((other) => JSON.stringify(other) === JSON.stringify(first));
  return { name: basename(path), ...(first !== undefined && agree && { release: first }) };
}

/**
 * The records of all inputs in order; when the last one was read, each file has been held against the
 * manifest beside it and `onSources` gets the sources for the manifest of the result.
 * @throws {FastaError} for a fault in a file. @throws {PackError} for a damaged pack.
 * @throws {DataError} where a file is not what its manifest says.
 */
export async function* readInputs(
  inputs: readonly Input[],
  progress: Progress,
  onSources: (sources: readonly DataSource[]) => void,
): AsyncGenerator<FastaRecord> {
  const sources: DataSource[] = [];
  for (const input of inputs) {
    if (input.isPack) {
      yield* openPack(input.path).records();
      sources.push(input.claimed!);
      continue;
    }
    const hash = createHash("sha256");
    progress.start(basename(input.path), input.sizeBytes);
    try {
      yield* readHashed(input, hash, progress);
    } finally {
      progress.stop();
    }
    sources.push(settle(input, hash));
  }
  onSources(sources);
}

async function* readHashed(
  { path }: Input,
  hash: Hash,
  progress: Progress,
): AsyncGenerator<FastaRecord> {
  const onChunk = (chunk: Uint8Array) => {
    hash.update(chunk);
    progress.advance(chunk.length);
  };
  let records = 0;
  for await (const record of readFastaFiles([path], { onChunk })) {
    records++;
    yield record;
  }
  if (records === 0) {
    throw new FastaError(
      { source: path, line: 1 },
      "expected sequences, got none; is it the right file?",
    );
  }
}

function settle({ path, sizeBytes, claimed }: Input, hash: Hash): DataSource {
  const sha256 = hash.digest("hex");
  if (claimed !== undefined && claimed.sha256 !== sha256) {
    throw notAsClaimed(path, `SHA-256 ${claimed.sha256}`, sha256);
  }
  return claimed ?? { name: basename(path), sha256, sizeBytes };
}

/** Names and checksums of the inputs, by reading them all. */
export async function hashInputs(
  inputs: readonly Input[],
): Promise<readonly Pick<DataSource, "name" | "sha256">[]> {
  const sources = [];
  for (const { path, isPack, claimed } of inputs) {
    const name = basename(path);
    const { sha256 } = isPack ? claimed! : await digestFile(path);
    sources.push({ name, sha256 });
  }
  return sources;
}

function notAsClaimed(path: string, expected: string, got: string): DataError {
  return new DataError(
    `expected ${path} with ${expected} as ${MANIFEST_FILE} beside it says, got ${got}; make it again, or move it away from a manifest that is not its own`,
  );
}
