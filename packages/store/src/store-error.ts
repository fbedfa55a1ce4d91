/** What a store reports when it cannot do its work, told apart by what the caller can do about it. */

/**
 * - `locked`: another process writes; the same call succeeds later.
 * - `full`: the disk takes no more bytes; nothing was changed.
 * - `damaged`: the file is no store, or no longer one.
 * - `newer`: a later version of this software wrote the file.
 * - `conflict`: the record is not in the state that the call relies on; nothing was changed.
 * - `failed`: anything else, with SQLite's words as cause.
 */
export type StoreErrorKind = "locked" | "full" | "damaged" | "newer" | "conflict" | "failed";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
