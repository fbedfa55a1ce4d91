/** Packed folders for the tests: FASTA text packed into a new folder with a manifest of its own. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FastaRecord, RESIDUES, type ResiduePolicy, readFasta } from "@performer/proteins";
import { writeShards } from "@performer/proteins/node";
import type { PackManifest } from "@performer/schema";
import { chunksOf, utf8 } from "./fasta-cases.ts";

export const newFolder = () => mkdtemp(join(tmpdir(), "performer-pack-"));

interface PackOptions {
  readonly shardResidues?: number;
  readonly policy?: ResiduePolicy;
}

/** @returns the folder. */
export async function pack(fasta: string | Uint8Array, options: PackOptions = {}): Promise<string> {
  const bytes = typeof fasta === "string" ? utf8(fasta) : fasta;
  return packRecords(readFasta(chunksOf(bytes), { source: "test" }), options);
}

export async function packRecords(
  records: AsyncIterable<FastaRecord>,
  options: PackOptions = {},
): Promise<string> {
  const folder = await newFolder();
  const shards = await writeShards(records, { folder, ...options });
  const manifest = {
    format: 1,
    verb: "pack",
    createdAt: "2026-11-25T00:00:00.000Z",
    sources: [{ name: "test.fasta", sha256: "0".repeat(64), sizeBytes: 0 }],
    arguments: {},
    counts: {},
    files: {},
    pack: { version: 1, alphabet: RESIDUES as PackManifest["pack"]["alphabet"], shards },
  } satisfies PackManifest;
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  return folder;
}
