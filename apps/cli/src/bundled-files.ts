/** The FASTA files that a person named, or the sample that ships with the clone. */
import { join } from "node:path";
import { resolveUserPath } from "./clone-root.ts";

/** @param bundled a file of data/. @returns absolute paths. */
export function filesOr(
  root: string,
  files: readonly string[] | undefined,
  bundled: string,
): string[] {
  return files?.map((file) => resolveUserPath(root, file)) ?? [join(root, "data", bundled)];
}
