/** One shard: its index in memory, its records by number. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PackShard } from "@performer/schema";
import type { BlockCache } from "./block-cache.ts";
import { CheckedFile } from "./checked-file.ts";
import { PACK_AGAIN, PackError } from "./pack-error.ts";
import { decodeShardIndex, shardFile } from "./shard-index.ts";

const utf8 = new TextDecoder();

export class ShardReader {
  readonly #residueOffsets: Uint32Array;
  readonly #headerOffsets: Uint32Array;
  readonly #residues: CheckedFile;
  readonly #headers: CheckedFile;

  /** Reads the index. @throws {PackError} where it, or the size of a file, is not what was packed. */
  constructor(folder: string, shard: PackShard, cache: BlockCache) {
    const pathOf = (part: Parameters<typeof shardFile>[1]) =>
      join(folder, shardFile(shard.name, part));
    const path = pathOf("index");
    const index = decodeShardIndex(readIndex(path), path);
    const { residueOffsets, headerOffsets, residueChecksums, headerChecksums } = index;
    if (residueOffsets.length !== shard.sequences + 1 || residueOffsets.at(-1) !== shard.residues) {
      throw new PackError(
        "damaged",
        path,
        `expected ${shard.sequences} sequences with ${shard.residues} residues as the manifest says, got ${residueOffsets.length - 1} with ${residueOffsets.at(-1)}; ${PACK_AGAIN}`,
      );
    }
    this.#residueOffsets = residueOffsets;
    this.#headerOffsets = headerOffsets;
    const [residues, headers] = [residueOffsets.at(-1)!, headerOffsets.at(-1)!];
    this.#residues = new CheckedFile(pathOf("residues"), residues, residueChecksums, cache);
    this.#headers = new CheckedFile(pathOf("headers"), headers, headerChecksums, cache);
  }

  /** Residues of a record. */
  lengthOf(record: number): number {
    return this.#residueOffsets[record + 1]! - this.#residueOffsets[record]!;
  }

  residuesOf(record: number): Uint8Array {
    const offsets = this.#residueOffsets;
    return this.#residues.read(offsets[record]!, offsets[record + 1]!);
  }

  headerOf(record: number): string {
    const offsets = this.#headerOffsets;
    return utf8.decode(this.#headers.read(offsets[record]!, offsets[record + 1]!));
  }
}

function readIndex(path: string): Uint8Array {
  try {
    const { buffer, byteOffset, length } = readFileSync(path);
    // words are read in place, which needs their alignment
    return byteOffset % 4 === 0
      ? new Uint8Array(buffer, byteOffset, length)
      : new Uint8Array(buffer, byteOffset, length).slice();
  } catch (cause) {
    throw new PackError("missing", path, `the file cannot be read; ${PACK_AGAIN}`, { cause });
  }
}
