/** A packed folder that cannot be used, with the file at fault and the remedy in the message. */

/**
 * missing: a file is not there; foreign: it is something else; version: it was packed by another
 * release of this format; damaged: its bytes are not those that were packed.
 */
export type PackErrorCode = "missing" | "foreign" | "version" | "damaged";

export class PackError extends Error {
  override readonly name = "PackError";
  readonly code: PackErrorCode;
  readonly path: string;

  constructor(
    code: PackErrorCode,
    path: string,
    problem: string,
    options?: { readonly cause: unknown },
  ) {
    super(`openPack: ${path}: ${problem}`, options);
    this.code = code;
    this.path = path;
  }
}

/** What to do about a file that is not what was packed. */
export const PACK_AGAIN =
  "copy the folder again, or remove it and pack the sequences anew (npm run data -- pack)";
