export { type FileLock, isFileLocked, LockHeldError, lockFile } from "./file-lock.ts";
