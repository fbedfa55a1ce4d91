/** SQLite's result codes (sqlite.org/rescode.html) as the few kinds that a caller can act on. */
import { StoreError } from "../store-error.ts";

/** Primary codes: the low byte of an extended one. */
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
/** Extended: writing, or growing the shared memory file, was refused by the system (quota, file size limit). */
const IO_ERROR_WRITE = 778;
const IO_ERROR_SHM_SIZE = 4874;

/** The error itself where it is not SQLite's. */
export function toStoreError(cause: unknown): unknown {
  const code = sqliteCode(cause);
  if (code === undefined) return cause;
  if (code === IO_ERROR_WRITE || code === IO_ERROR_SHM_SIZE) return full(cause);
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return new StoreError(
        "locked",
        "store: expected the file to be free, got a lock of another process that writes; try again later, or stop that process",
        { cause },
      );
    case FULL:
      return full(cause);
    case CORRUPT:
    case NOT_A_DATABASE:
      return new StoreError(
        "damaged",
        "store: expected a SQLite file, got one that is damaged; move it away: runs and metrics are indexed anew, jobs must be sent again",
        { cause },
      );
    default:
      return new StoreError("failed", `store: SQLite failed with code ${code}`, { cause });
  }
}

const full = (cause: unknown) =>
  new StoreError(
    "full",
    "store: expected room on the disk, got none; free some, nothing was changed",
    { cause },
  );

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}
