/**
 * Node's part of `@performer/proteins`: files, standard input, gzip and zstd, and the reader on
 * bionode-fasta.
 *
 * @example
 * for await (const record of readFastaFiles(["a.fasta.gz", "b.fasta"])) console.log(record.header);
 */
export {
  createFileSource,
  type ReadFilesOptions,
  readFastaFiles,
} from "./node/read-fasta-files.ts";
export { readFastaWithBionode } from "./node/read-fasta-with-bionode.ts";
