/** A file of a checkpoint held against its manifest: there, whole, and the bytes that were written. */
import type { CheckpointManifest } from "@performer/schema";
import { CheckpointError } from "./checkpoint-error.ts";

export interface FoundFile {
  readonly sizeBytes: number;
  /** SHA-256 in hexadecimal; asked only where the size is right. */
  readonly digest: () => Promise<string>;
}

/**
 * @param path the checkpoint's folder or address, for the words of an error.
 * @param found undefined where there is no such file.
 * @throws {CheckpointError} "missing", "truncated" or "corrupt".
 */
export async function verifyFile(
  path: string,
  manifest: CheckpointManifest,
  name: string,
  found: FoundFile | undefined,
): Promise<void> {
  const file = `${path}/${name}`;
  const expected = manifest.files[name];
  if (expected === undefined || found === undefined) {
    throw new CheckpointError(
      "missing",
      path,
      `verifyFile: expected ${name} in ${path}, got none; use another checkpoint`,
    );
  }
  if (found.sizeBytes !== expected.sizeBytes) {
    throw new CheckpointError(
      "truncated",
      path,
      `verifyFile: expected ${expected.sizeBytes} bytes in ${file}, got ${found.sizeBytes}; copy it again or use another checkpoint`,
    );
  }
  const sha256 = await found.digest();
  if (sha256 !== expected.sha256) {
    throw new CheckpointError(
      "corrupt",
      path,
      `verifyFile: expected SHA-256 ${expected.sha256} of ${file}, got ${sha256}; copy it again or use another checkpoint`,
    );
  }
}
