/** A data file as a report or a manifest names it: by what it holds, so that it can be found again. */
import { basename, join } from "node:path";
import { digestFile } from "@performer/durable-files";
import { isPackFolder } from "@performer/proteins/node";
import type { NamedFile } from "@performer/schema";

/** @param path a file, or a packed folder, whose manifest holds the checksums of the rest. */
export async function describeFile(path: string): Promise<NamedFile> {
  const file = isPackFolder(path) ? join(path, "manifest.json") : path;
  return { name: basename(path), ...(await digestFile(file)) };
}
