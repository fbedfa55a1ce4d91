/**
 * Node's part of `@performer/proteins`: files, standard input, gzip and zstd, packed folders, and the
 * reader on bionode-fasta.
 *
 * @example
 * for await (const record of readFastaFiles(["a.fasta.gz", "b.fasta"])) console.log(record.header);
 */
export { isPackFolder, openPack, type Pack } from "./node/pack/open-pack.ts";
export { PackError, type PackErrorCode } from "./node/pack/pack-error.ts";
export {
  DEFAULT_SHARD_RESIDUES,
  MAX_SHARD_RESIDUES,
  type WriteShardsOptions,
  writeShards,
} from "./node/pack/write-shards.ts";
export {
  createFileSource,
  type ReadFilesOptions,
  readFastaFiles,
} from "./node/read-fasta-files.ts";
export { readFastaWithBionode } from "./node/read-fasta-with-bionode.ts";
