/** The last blocks that were read, of any number of files: bounded memory however many shards there are. */

/** 16 MiB: beyond what a shuffle buffer of some thousand records jumps about in. */
const KEPT_BLOCKS = 1024;

export class BlockCache {
  /** In order of last use. */
  readonly #blocks = new Map<string, Uint8Array>();

  /** The block of that key, read by `read` where it is not kept. */
  get(key: string, read: () => Uint8Array): Uint8Array {
    const kept = this.#blocks.get(key);
    this.#blocks.delete(key);
    const block = kept ?? read();
    this.#blocks.set(key, block);
    if (this.#blocks.size > KEPT_BLOCKS) {
      this.#blocks.delete(this.#blocks.keys().next().value!);
    }
    return block;
  }
}
