/** A byte buffer that grows with what is appended: the inner loop of the scanner. */

/** Bytes appended before room is made anew, so that a chunk of any size needs little spare room. */
const MAX_STEP = 65_536;
const INITIAL_BYTES = 16_384;
/** A buffer that one long record made larger than this is given back, so that memory stays flat. */
const KEPT_BYTES = 4_194_304;

/** Input bytes, with the view through which words are read. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export class GrowingBytes {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Appends bytes of `chunk` from index `from` on, while `places[byte]` has a bit of `place`.
   * Letters are copied four at a time (twice as fast): `place` must admit 0x40 to 0x7e.
   * @returns the index of the first byte that was not appended.
   */
  append(
    { bytes: chunk, view: input }: Chunk,
    from: number,
    places: Uint8Array,
    place: number,
  ): number {
    let at = from;
    for (;;) {
      const stop = Math.min(chunk.length, at + MAX_STEP);
      this.#reserve(stop - at);
      const bytes = this.#bytes;
      const output = this.#view;
      let length = this.#length;
      while (at + 4 <= stop) {
        const word = input.getUint32(at);
        if (!isFourLetters(word)) break;
        output.setUint32(length, word);
        at += 4;
        length += 4;
      }
      while (at < stop && (places[chunk[at]!]! & place) !== 0) bytes[length++] = chunk[at++]!;
      this.#length = length;
      if (at < stop || at === chunk.length) return at;
    }
  }

  /** The content itself, valid until the next `append`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#use(new Uint8Array(INITIAL_BYTES));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#use(larger);
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Whether each byte of a word is from 0x40 to 0x7e: `@`, the letters, and a few signs. */
function isFourLetters(word: number): boolean {
  return (word & 0xc0c0c0c0) === 0x40404040 && ((word + 0x01010101) & 0x80808080) === 0;
}
