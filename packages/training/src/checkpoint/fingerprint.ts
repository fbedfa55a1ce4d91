/** What names the numbers of a model: the same fingerprint, the same parameters and frozen projections. */
import { CheckpointError, WEIGHTS_FILE } from "@performer/checkpoint";
import type { CheckpointManifest } from "@performer/schema";

/**
 * SHA-256 of weights.safetensors, as `sha256sum` prints it; `loadCheckpoint` holds the file against it.
 * @param path of the checkpoint, for the message.
 * @throws {CheckpointError} "missing" where the manifest names no weights.
 */
export function modelFingerprint(path: string, { files }: CheckpointManifest): string {
  const entry = files[WEIGHTS_FILE];
  if (entry !== undefined) return entry.sha256;
  throw new CheckpointError(
    "missing",
    path,
    `modelFingerprint: expected ${WEIGHTS_FILE} among the files of the manifest in ${path}, got none; use another checkpoint`,
  );
}
