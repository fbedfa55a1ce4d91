/**
 * Ranged reads of a file in blocks that are held against their checksums. Reads are synchronous: mostly
 * the page cache answers within microseconds, and a thread hop for each record would cost more. The file
 * does not stay open, so nothing has to be closed; opening costs little beside a block.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { BlockCache } from "./block-cache.ts";
import { PACK_AGAIN, PackError } from "./pack-error.ts";
import { BLOCK_BYTES } from "./shard-index.ts";

export class CheckedFile {
  readonly #path: string;
  readonly #size: number;
  readonly #checksums: Uint32Array;
  readonly #cache: BlockCache;
  /** The block that was asked for last: records in order ask for the same one many times. */
  #last = { number: -1, bytes: new Uint8Array(0) };

  /**
   * @param checksums CRC-32 of each block.
   * @throws {PackError} where the file is not there or has another size.
   */
  constructor(path: string, size: number, checksums: Uint32Array, cache: BlockCache) {
    const got = statSync(path, { throwIfNoEntry: false })?.size;
    if (got === undefined) throw new PackError("missing", path, `there is no file; ${PACK_AGAIN}`);
    if (got !== size) {
      throw new PackError("damaged", path, `expected ${size} bytes, got ${got}; ${PACK_AGAIN}`);
    }
    this.#path = path;
    this.#size = size;
    this.#checksums = checksums;
    this.#cache = cache;
  }

  /**
   * Bytes `from` to `to`. They may share memory with others: do not write to them.
   * @throws {PackError} where a block is not what was packed.
   */
  read(from: number, to: number): Uint8Array {
    const first = Math.floor(from / BLOCK_BYTES);
    const start = first * BLOCK_BYTES;
    if (from === to) return new Uint8Array(0);
    if (to <= start + BLOCK_BYTES) return this.#block(first).subarray(from - start, to - start);
    const bytes = new Uint8Array(to - from);
    for (let block = first, at = from; at < to; block++) {
      const offset = block * BLOCK_BYTES;
      const piece = this.#block(block).subarray(at - offset, to - offset);
      bytes.set(piece, at - from);
      at += piece.length;
    }
    return bytes;
  }

  #block(number: number): Uint8Array {
    if (this.#last.number !== number) {
      const bytes = this.#cache.get(`${this.#path}:${number}`, () => this.#readBlock(number));
      this.#last = { number, bytes: bytes as Uint8Array<ArrayBuffer> };
    }
    return this.#last.bytes;
  }

  #readBlock(number: number): Uint8Array {
    const start = number * BLOCK_BYTES;
    const block = new Uint8Array(Math.min(BLOCK_BYTES, this.#size - start));
    const file = this.#open();
    try {
      for (let at = 0; at < block.length; ) {
        const read = readSync(file, block, at, block.length - at, start + at);
        if (read === 0) throw this.#damaged(`expected ${this.#size} bytes, got ${start + at}`);
        at += read;
      }
    } finally {
      closeSync(file);
    }
    if (crc32(block) !== this.#checksums[number]) {
      throw this.#damaged(`bytes ${start} to ${start + block.length} do not match their checksum`);
    }
    return block;
  }

  #open(): number {
    try {
      return openSync(this.#path, "r");
    } catch (cause) {
      throw new PackError("missing", this.#path, `the file cannot be opened; ${PACK_AGAIN}`, {
        cause,
      });
    }
  }

  #damaged(problem: string): PackError {
    return new PackError("damaged", this.#path, `${problem}; ${PACK_AGAIN}`);
  }
}
