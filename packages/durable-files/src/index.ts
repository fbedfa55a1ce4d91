/**
 * Files and folders that a crash or a loss of power leaves whole or not there, what is there of them,
 * and their checksums.
 *
 * @example
 * await replaceFile("config.json", (partial) => writeFile(partial, text));
 * const { sha256, sizeBytes } = await digestFile("config.json");
 */
export { createFolder, PARTIAL_FOLDER } from "./create-folder.ts";
export { digestFile, type FileDigest, hashFile } from "./digest-file.ts";
export { replaceFile, writeNewFile } from "./durable-file.ts";
export { exists, namesIn, sizeOf } from "./existing.ts";
export { syncFile, syncFolder } from "./sync.ts";
