/**
 * manifest.json of a folder that a data verb made: what it was made from, how, and checksums of what
 * lies in it. Names have no folders, so that a result can be moved. `release` travels from verb to
 * verb: a packed shard still says which UniProt release it holds.
 */
import { z } from "zod";
import { FileEntry } from "./file-entry.ts";

export const DATA_FORMAT = 1;

export const DataVerb = z.enum(["download", "filter", "split", "pack", "stats", "baseline"]);
export type DataVerb = z.infer<typeof DataVerb>;

/** An input: a file, a packed folder (then the checksum is that of its manifest), or an address. */
const DataSource = FileEntry.extend({
  name: z.string(),
  /** As published, such as "2026_01" of "uniref50". Left out where nobody knows. */
  release: z.object({ dataset: z.string(), version: z.string() }).optional(),
  /** Where a download came from. */
  url: z.string().optional(),
  /** The published checksum that it was held against. */
  md5: z.string().optional(),
});
export type DataSource = z.infer<typeof DataSource>;

export const DataManifest = z.object({
  format: z.literal(DATA_FORMAT),
  verb: DataVerb,
  createdAt: z.string(),
  sources: z.array(DataSource).min(1),
  /** What the verb was told, defaults included. */
  arguments: z.record(z.string(), z.json()),
  counts: z.record(z.string(), z.int().nonnegative()),
  /** Every other file of the folder. */
  files: z.record(z.string(), FileEntry),
});
export type DataManifest = z.infer<typeof DataManifest>;

const PackShard = z.object({
  name: z.string().regex(/^[0-9a-z-]+$/),
  sequences: z.int().positive(),
  residues: z.int().nonnegative(),
});
export type PackShard = z.infer<typeof PackShard>;

/** Of a packed folder: docs/shard-format.md. */
export const PackManifest = DataManifest.extend({
  verb: z.literal("pack"),
  pack: z.object({
    version: z.literal(1),
    /** Letter of each id. */
    alphabet: z.literal("ACDEFGHIKLMNPQRSTVWYBOUXZ"),
    /** In the order of the records. */
    shards: z.array(PackShard).min(1),
  }),
});
export type PackManifest = z.infer<typeof PackManifest>;
