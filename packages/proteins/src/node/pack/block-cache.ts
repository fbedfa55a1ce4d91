/**
 * Ranged reads of files in checked blocks, the last few kept. Reads are synchronous: mostly the page
 * cache answers within microseconds, and a thread hop for each record would cost more. No file stays
 * open, so nothing has to be closed; opening costs little beside a block.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { PACK_AGAIN, PackError } from "./pack-error.ts";
import { BLOCK_BYTES } from "./shard-index.ts";

/** 16 MiB: beyond what a shuffle buffer of some thousand records jumps about in. */
const KEPT_BLOCKS = 256;

export interface CheckedFile {
  readonly path: string;
  readonly size: number;
  /** CRC-32 of each block. */
  readonly checksums: Uint32Array;
}

export class BlockCache {
  /** In order of last use. */
  readonly #blocks = new Map<string, Uint8Array>();

  /**
   * Bytes `from` to `to` of a file. They may share memory with others: do not write to them.
   * @throws {PackError} where a block is not what was packed.
   */
  read(file: CheckedFile, from: number, to: number): Uint8Array {
    const first = Math.floor(from / BLOCK_BYTES);
    const start = first * BLOCK_BYTES;
    if (to <= start + BLOCK_BYTES) {
      return from === to
        ? new Uint8Array(0)
        : this.#block(file, first).subarray(from - start, to - start);
    }
    const bytes = new Uint8Array(to - from);
    for (let block = first, at = from; at < to; block++) {
      const offset = block * BLOCK_BYTES;
      const piece = this.#block(file, block).subarray(at - offset, to - offset);
      bytes.set(piece, at - from);
      at += piece.length;
    }
    return bytes;
  }

  #block(file: CheckedFile, number: number): Uint8Array {
    const key = `${file.path}:${number}`;
    const kept = this.#blocks.get(key);
    this.#blocks.delete(key);
    const block = kept ?? readBlock(file, number);
    this.#blocks.set(key, block);
    if (this.#blocks.size > KEPT_BLOCKS) {
      this.#blocks.delete(this.#blocks.keys().next().value!);
    }
    return block;
  }
}

function readBlock({ path, size, checksums }: CheckedFile, number: number): Uint8Array {
  const start = number * BLOCK_BYTES;
  const block = new Uint8Array(Math.min(BLOCK_BYTES, size - start));
  const file = openFile(path);
  try {
    for (let at = 0; at < block.length; ) {
      const read = readSync(file, block, at, block.length - at, start + at);
      if (read === 0) {
        throw new PackError(
          "damaged",
          path,
          `expected ${size} bytes, got ${start + at}: it is cut short; ${PACK_AGAIN}`,
        );
      }
      at += read;
    }
  } finally {
    closeSync(file);
  }
  if (crc32(block) !== checksums[number]) {
    throw new PackError(
      "damaged",
      path,
      `bytes ${start} to ${start + block.length} do not match their checksum; ${PACK_AGAIN}`,
    );
  }
  return block;
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new PackError("missing", path, `the file cannot be opened; ${PACK_AGAIN}`, { cause });
  }
}
