/** Material for the reader tests: chunk streams, generated files, and what a reader made of them. */
import { FastaError, type FastaReader, readFasta } from "@performer/proteins";
import { readFastaWithBionode } from "@performer/proteins/node";
import fc from "fast-check";

/** The two implementations of the one interface. */
export const READERS: readonly [name: string, reader: FastaReader][] = [
  ["readFasta", readFasta],
  ["readFastaWithBionode", readFastaWithBionode],
];

/** `bytes` cut into pieces of the given sizes, over and over. */
export async function* chunksOf(
  bytes: Uint8Array,
  sizes: readonly number[] = [65_536],
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const ascii = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export interface Outcome {
  readonly records: readonly { header: string; sequence: string; line: number }[];
  readonly error?: string;
}

/** Records and error of a reading; anything thrown but a FastaError fails the test. */
export async function outcomeOf(
  reader: FastaReader,
  bytes: Uint8Array,
  options: { sizes?: readonly number[]; maxSequenceLength?: number } = {},
): Promise<Outcome> {
  const { sizes, ...rest } = options;
  const records: Outcome["records"][number][] = [];
  try {
    for await (const record of reader(chunksOf(bytes, sizes), { source: "a.fasta", ...rest })) {
      const { header, sequence, line } = record;
      records.push({ header, sequence: ascii(sequence), line });
    }
  } catch (error) {
    if (!(error instanceof FastaError)) throw error;
    return { records, error: error.message };
  }
  return { records };
}

const textOf = (letters: string, minLength = 0) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength: 30 });

/** Text of any UTF-16 code units, paired or not. */
export const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));

/** Sizes of chunks: whole files, single bytes, and everything between. */
export const chunkSizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });

/** Well-formed files, with the records that they hold by construction. */
export const fastaFile = fc
  .record({
    lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
    byteOrderMark: fc.boolean(),
    lastLineEnd: fc.boolean(),
    preamble: fc.array(fc.constantFrom("", "  ", "; a comment", "\t")),
    records: fc.array(
      fc.record({
        header: textOf('>ab|_= "\\\t\u0001é蛋;{}:,\u2028'),
        // each line has a residue: a blank one inside is part of the lines below
        lines: fc.array(
          fc.oneof(
            { weight: 4, arbitrary: textOf('ACDEFGHIKLMNPQRSTVWYBJOUXZacdz*-."\\ \t') },
            { weight: 1, arbitrary: fc.constantFrom("", ";c >;\\", "  ; another") },
          ),
        ),
        lastLine: textOf("ACDEFGHIKLMNPQRSTVWY", 1),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ lineEnd, byteOrderMark, lastLineEnd, preamble, records }) => {
    const lines: string[] = [...preamble];
    const expected = records.map(({ header, lines: sequenceLines, lastLine }) => {
      lines.push(`>${header}`);
      const line = lines.length;
      lines.push(...sequenceLines, lastLine);
      const residues = [...sequenceLines.filter((text) => !text.trim().startsWith(";")), lastLine];
      return {
        header: header.trim(),
        sequence: residues.join("").replace(/\s/g, ""),
        line,
      };
    });
    const text = lines.join(lineEnd) + (lastLineEnd ? lineEnd : "");
    return { bytes: utf8((byteOrderMark ? "\ufeff" : "") + text), expected };
  });

/** Bytes that are rarely a FASTA file but made of all that a reader distinguishes. */
export const hostileBytes = fc
  .array(
    fc.constantFrom(
      ...[...'>>>>\n\n\n\r;AAACKW*- \t"\\{}'].map((letter) => letter.charCodeAt(0)),
      ...[0x00, 0x01, 0x0b, 0x1f, 0x7f, 0x8b, 0xc3, 0xa9, 0xef, 0xbb, 0xbf],
    ),
    { maxLength: 60 },
  )
  .map((bytes) => Uint8Array.from(bytes));
