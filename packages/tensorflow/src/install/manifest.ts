/** The manifest of an installed runtime: its presence marks a complete folder under .runtime. */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addonPath, manifestPath, runtimeFolder } from "./layout.ts";
import type { Obtained } from "./route.ts";

export async function writeManifest(folder: string, tensorflowVersion: string): Promise<void> {
  await writeFile(manifestPath(folder), `${JSON.stringify({ tensorflowVersion }, null, 2)}\n`);
}

/** The runtime under a key, or null where it is absent or was damaged by hand. */
export function findInstalled(root: string, key: string): Obtained | null {
  const folder = join(runtimeFolder(root), key);
  if (!existsSync(manifestPath(folder)) || !existsSync(addonPath(folder))) return null;
  const manifest: unknown = JSON.parse(readFileSync(manifestPath(folder), "utf8"));
  if (typeof manifest !== "object" || manifest === null) return null;
  if (!("tensorflowVersion" in manifest)) return null;
  const { tensorflowVersion } = manifest;
  return typeof tensorflowVersion === "string" ? { key, tensorflowVersion } : null;
}
