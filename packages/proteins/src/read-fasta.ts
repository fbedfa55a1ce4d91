/**
 * The byte-level reader, for the training path: several hundred MB/s, and memory bounded by the
 * longest record. `readFastaWithBionode` of `@performer/proteins/node` gives the same records.
 */
import type { FastaRecord, ReadFastaOptions } from "./fasta-record.ts";
import { FastaScanner } from "./fasta-scanner.ts";

/**
 * Records of uncompressed FASTA bytes, cut into chunks anywhere.
 * The rules are those of `FastaScanner`; records before a fault are yielded before it is thrown.
 * @throws {FastaError} with file and line: a fault in the text, or whatever `chunks` threw (as cause).
 */
export async function* readFasta(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadFastaOptions,
): AsyncGenerator<FastaRecord> {
  const { source } = options;
  const scanner = new FastaScanner(options);
  let header = "";
  const closeRecord = (): FastaRecord => {
    return { header, sequence: scanner.takeResidues(), source, line: scanner.headerLine };
  };

  try {
    for await (const chunk of chunks) {
      scanner.feed(chunk);
      for (let event = scanner.next(); event !== undefined; event = scanner.next()) {
        if (event === "header") header = scanner.takeHeader();
        else yield closeRecord();
      }
    }
  } catch (error) {
    throw scanner.failure(error);
  }
  for (let event = scanner.end(); event !== undefined; event = scanner.end()) {
    if (event === "header") header = scanner.takeHeader();
    else yield closeRecord();
  }
}
