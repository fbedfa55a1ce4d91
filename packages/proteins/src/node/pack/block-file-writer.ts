/**
 * Appends to a file in blocks and keeps the checksum of each. Calls are synchronous: packing is a
 * process of its own, and a promise for each of millions of records would cost more than the write.
 */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { BLOCK_BYTES } from "./shard-index.ts";

export class BlockFileWriter {
  readonly #file: number;
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #checksums: number[] = [];
  #filled = 0;
  /** Bytes appended so far. */
  size = 0;

  /** @throws {Error} of Node where the file exists already or cannot be made. */
  constructor(path: string) {
    this.#file = openSync(path, "wx");
  }

  append(bytes: Uint8Array): void {
    this.size += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + BLOCK_BYTES - this.#filled);
      this.#block.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === BLOCK_BYTES) this.#flush();
    }
  }

  /** Makes the file durable. @returns the CRC-32 of each block. */
  close(): Uint32Array {
    if (this.#filled > 0) this.#flush();
    fsyncSync(this.#file);
    closeSync(this.#file);
    return Uint32Array.from(this.#checksums);
  }

  #flush(): void {
    const block = this.#block.subarray(0, this.#filled);
    this.#checksums.push(crc32(block));
    for (let at = 0; at < block.length; ) at += writeSync(this.#file, block, at);
    this.#filled = 0;
  }
}
