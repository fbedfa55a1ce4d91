/** One record as FASTA text, the inverse of the readers. */

/** Residues a line, as UniProt writes them. */
const LINE_LENGTH = 60;

/**
 * `>header` and the sequence in lines of 60, ending in a line feed.
 * @throws {RangeError} where header or sequence would not be read back: a line break, or no residues.
 */
export function formatFasta(header: string, sequence: string): string {
  if (/[\r\n]/.test(header)) {
    throw new RangeError(
      `formatFasta: expected a header of one line, got ${JSON.stringify(header)}; replace its line breaks`,
    );
  }
  if (sequence === "" || /[\s>]/.test(sequence)) {
    throw new RangeError(
      `formatFasta: expected residues, got ${JSON.stringify(sequence)} under ${JSON.stringify(header)}; leave the record out or correct it`,
    );
  }
  const lines = sequence.match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return `${[`>${header}`, ...lines].join("\n")}\n`;
}
