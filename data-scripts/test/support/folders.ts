/** Temporary folders that a test file's end removes, and what lies in them. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataManifest } from "@performer/schema";
import { afterAll } from "vitest";

const made: string[] = [];
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "performer-data-"));
  made.push(folder);
  return folder;
}

/** Every file below, with its bytes: to hold that nothing changed. */
export async function contentsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const contents: Record<string, string> = {};
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    contents[path.slice(folder.length + 1)] = await readFile(path, "base64");
  }
  return contents;
}

export async function manifestOf(folder: string): Promise<DataManifest> {
  return JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
}
