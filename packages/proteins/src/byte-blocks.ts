/**
 * Copies of short byte strings, cut one after another from blocks that they share: an allocation
 * of its own costs more (about 1 µs) than reading the record it holds.
 * The price: a copy keeps its whole block alive, and its `.buffer` is the block's.
 */

const BLOCK_BYTES = 65_536;
/** Longer strings get memory of their own. */
const MAX_SHARED_BYTES = 8_192;

export class ByteBlocks {
  #block = new Uint8Array(0);
  #used = 0;

  /** A copy of `bytes` that stays as it is. */
  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > MAX_SHARED_BYTES) return bytes.slice();
    if (this.#used + bytes.length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#used = 0;
    }
    const copy = this.#block.subarray(this.#used, this.#used + bytes.length);
    copy.set(bytes);
    this.#used += bytes.length;
    return copy;
  }
}
