/**
 * A packed folder (docs/shard-format.md) as records: in order, or any of them by number. A record
 * reads its bytes when they are asked for, so a shuffle buffer of records holds no sequences, and
 * records that a resumed run skips are never read. Each block is held against its checksum as it is read.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PackManifest, parseWith, SchemaError } from "@performer/schema";
import { RESIDUES } from "../../alphabet.ts";
import type { FastaRecord } from "../../fasta-record.ts";
import { BlockCache } from "./block-cache.ts";
import { PackError } from "./pack-error.ts";
import { ShardReader } from "./shard-reader.ts";

const PACK_MANIFEST_FILE = "manifest.json";
/** Shards whose index stays in memory: a shuffle buffer seldom spans more than two. */
const KEPT_SHARDS = 4;

export interface Pack {
  readonly manifest: PackManifest;
  /** Records in all shards. */
  readonly sequences: number;
  /** Records from number `start` on, in the order in which they were packed. */
  records(start?: number): AsyncGenerator<FastaRecord>;
  /** A record by number, from 0. @throws {RangeError} where there is none. */
  record(number: number): FastaRecord;
}

/** Whether the path is a folder with a manifest: what `openPack` may be asked to open. */
export function isPackFolder(path: string): boolean {
  return (
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true &&
    statSync(join(path, PACK_MANIFEST_FILE), { throwIfNoEntry: false }) !== undefined
  );
}

/**
 * Reads the manifest; shards are opened as they are needed.
 * @throws {PackError} where there is no manifest, or it is not that of a pack.
 */
export function openPack(folder: string): Pack {
  const manifest = readManifest(folder);
  const { shards } = manifest.pack;
  const cache = new BlockCache();
  const readers = new Map<number, ShardReader>();
  let last: { shard: number; reader: ShardReader } | undefined;
  const readerOf = (shard: number): ShardReader => {
    if (last?.shard === shard) return last.reader;
    const reader = readers.get(shard) ?? new ShardReader(folder, shards[shard]!, cache);
    readers.delete(shard);
    readers.set(shard, reader);
    if (readers.size > KEPT_SHARDS) readers.delete(readers.keys().next().value!);
    last = { shard, reader };
    return reader;
  };
  /** Number of the first record of each shard, then of all records. */
  const starts = [0];
  for (const { sequences } of shards) starts.push(starts.at(-1)! + sequences);
  const sequences = starts.at(-1)!;
  /** Of each shard: its path and its reader, shared by its records. */
  const places = shards.map(({ name }, shard) => ({
    path: join(folder, name),
    reader: () => readerOf(shard),
  }));
  const recordOf = (shard: number, number: number) => {
    const { path, reader } = places[shard]!;
    return new PackedRecord(path, number, reader);
  };

  return {
    manifest,
    sequences,
    async *records(start = 0) {
      for (const [shard, first] of starts.slice(0, -1).entries()) {
        const end = starts[shard + 1]!;
        for (let number = Math.max(first, start); number < end; number++) {
          yield recordOf(shard, number - first);
        }
      }
    },
    record(number) {
      if (!Number.isSafeInteger(number) || number < 0 || number >= sequences) {
        throw new RangeError(
          `openPack: expected the number of a record from 0 to ${sequences - 1}, got ${number}`,
        );
      }
      const shard = starts.findLastIndex((first) => first <= number);
      return recordOf(shard, number - starts[shard]!);
    },
  };
}

/** [25] ASCII code of each residue id. */
const LETTERS = Uint8Array.from(RESIDUES, (letter) => letter.charCodeAt(0));

class PackedRecord implements FastaRecord {
  /** Path of the shard, without the part. */
  readonly source: string;
  readonly #number: number;
  readonly #reader: () => ShardReader;

  constructor(source: string, number: number, reader: () => ShardReader) {
    this.source = source;
    this.#number = number;
    this.#reader = reader;
  }

  /** 1-based number in the shard. */
  get line(): number {
    return this.#number + 1;
  }

  get header(): string {
    return this.#reader().headerOf(this.#number);
  }

  get sequence(): Uint8Array {
    const residues = this.residues();
    const letters = new Uint8Array(residues.length);
    for (let i = 0; i < letters.length; i++) letters[i] = LETTERS[residues[i]!]!;
    return letters;
  }

  /** The record itself: there are millions of them, and each object counts. */
  get packed(): this {
    return this;
  }

  length(): number {
    return this.#reader().lengthOf(this.#number);
  }

  residues(): Uint8Array {
    return this.#reader().residuesOf(this.#number);
  }
}

function readManifest(folder: string): PackManifest {
  const path = join(folder, PACK_MANIFEST_FILE);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PackError(
      "missing",
      path,
      `expected the manifest of a packed folder, got: ${reason}; name a folder that npm run data -- pack made`,
      { cause },
    );
  }
  try {
    return parseWith(PackManifest, value, path);
  } catch (cause) {
    if (!(cause instanceof SchemaError)) throw cause;
    throw new PackError(
      "foreign",
      path,
      `it is not the manifest of a packed folder (${cause.message}); name a folder that npm run data -- pack made, or the sequence files in this one`,
      { cause },
    );
  }
}
