/** The end of a run: the output in its format, then the manifest that says it is whole. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { digestFile, replaceFile } from "@performer/durable-files";
import { EmbeddingManifest } from "@performer/schema";
import { manifestPath } from "./manifest-path.ts";
import type { WriteEmbeddings, WriteOptions } from "./write-options.ts";

export interface OutputOptions {
  readonly output: string;
  readonly write: WriteEmbeddings;
  readonly manifest: Omit<EmbeddingManifest, "output">;
  readonly batches: WriteOptions["batches"];
}

/** Makes or replaces output and manifest, each whole; the output first. */
export async function writeOutput({
  output,
  write,
  manifest,
  batches,
}: OutputOptions): Promise<EmbeddingManifest> {
  const { layout, totals } = manifest;
  const metadata = { manifest: JSON.stringify(manifest) };
  await replaceFile(output, (path) => write({ path, layout, totals, batches, metadata }));
  const whole = { ...manifest, output: { name: basename(output), ...(await digestFile(output)) } };
  const text = `${JSON.stringify(whole, null, 2)}\n`;
  await replaceFile(manifestPath(output), (path) => writeFile(path, text));
  return whole;
}

/** The manifest beside an output of that size; undefined where there is no such output. */
export async function readOutput(output: string): Promise<EmbeddingManifest | undefined> {
  try {
    const text = await readFile(manifestPath(output), "utf8");
    const { data } = EmbeddingManifest.safeParse(JSON.parse(text));
    const { size } = await stat(output);
    return data?.output.sizeBytes === size ? data : undefined;
  } catch (error) {
    const isAbsent =
      error instanceof SyntaxError || (error as { code?: unknown }).code === "ENOENT";
    if (isAbsent) return undefined;
    throw error;
  }
}
