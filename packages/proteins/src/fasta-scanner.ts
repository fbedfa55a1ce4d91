/**
 * The rules of FASTA, byte by byte, for both readers: where headers and sequences begin and end,
 * and what is refused. It builds no records and decodes no text; a reader takes the collected
 * bytes when an event says so, so that each byte is looked at and copied once.
 *
 * Accepted: LF, CRLF and CR line ends, also mixed; a byte order mark; blank lines and `;` comment
 * lines anywhere; white space inside sequences (removed) and before `>`; an empty input (no records).
 * In headers: UTF-8, tabs and NCBI's ^A. Repeated identifiers are no fault: they matter to outputs only.
 * Refused with the line: text before the first `>`, a header without residues, `>` inside a
 * sequence, control characters and other binary, non-ASCII in a sequence, and lengths past the limits.
 */
import { ByteBlocks } from "./byte-blocks.ts";
import { DEFAULT_MAX_SEQUENCE_LENGTH, FastaError, type ReadFastaOptions } from "./fasta-record.ts";
import { type Chunk, GrowingBytes } from "./growing-bytes.ts";

/** "header": a header line is complete; "record": a record is complete. Take the bytes at once. */
export type ScanEvent = "header" | "record";

/** NCBI's nr joins thousands of names in one header; past this it is no FASTA. */
const MAX_HEADER_BYTES = 1_048_576;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const GREATER = 0x3e;
const SEMICOLON = 0x3b;
const LF = 0x0a;
const CR = 0x0d;

const IN_SEQUENCE = 1;
const IN_HEADER = 2;
const BLANK = 4;
const LINE_END = 8;

/** [256] where each byte may stand: bits of the four constants above. */
const PLACES = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) PLACES[byte] = IN_SEQUENCE | IN_HEADER;
for (let byte = 0x80; byte < 0x100; byte++) PLACES[byte] = IN_HEADER;
PLACES[GREATER] = IN_HEADER;
PLACES[0x01] = IN_HEADER; // ^A, which NCBI puts between the names of merged records
PLACES[0x09] = IN_HEADER | BLANK;
PLACES[0x20] = IN_HEADER | BLANK;
PLACES[0x0b] = BLANK;
PLACES[0x0c] = BLANK;
PLACES[LF] = LINE_END;
PLACES[CR] = LINE_END;

/** In every runtime, but in no ECMAScript library that TypeScript knows. */
const { TextDecoder } = globalThis as unknown as {
  TextDecoder: new () => { decode(bytes: Uint8Array): string };
};
const utf8 = new TextDecoder();

type LineKind = "start" | "header" | "comment" | "sequence";

export class FastaScanner {
  /** 1-based line that is being read. */
  line = 1;
  /** 1-based line of the header of the open record; 0 before the first. */
  headerLine = 0;

  readonly #source: string;
  readonly #maxSequenceLength: number;
  /** The open header, or the residues of the open record that were not taken yet. */
  readonly #text = new GrowingBytes();
  readonly #blocks = new ByteBlocks();
  readonly #comment = new GrowingBytes();
  #chunk: Chunk = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)) };
  #at = 0;
  #kind: LineKind = "start";
  /** Whether a record was begun and its "record" event is yet to come. */
  #isOpen = false;
  /** Residues of the open record that were taken already. */
  #residuesTaken = 0;
  #afterCarriageReturn = false;
  /** Bytes of the byte order mark seen so far; 3 once anything else was read. */
  #markBytes = 0;

  constructor(options: ReadFastaOptions) {
    this.#source = options.source;
    this.#maxSequenceLength = options.maxSequenceLength ?? DEFAULT_MAX_SEQUENCE_LENGTH;
  }

  /** The header that a "header" event announced: trimmed; bytes that are no UTF-8 become U+FFFD. */
  takeHeader(): string {
    const header = utf8.decode(this.#text.view()).trim();
    this.#text.clear();
    return header;
  }

  /** The residues of the open record since the last call; after a "record" event, the rest of them. */
  takeResidues(): Uint8Array {
    if (this.#kind === "header") return new Uint8Array(0);
    this.#residuesTaken += this.#text.length;
    const residues = this.#blocks.copy(this.#text.view());
    this.#text.clear();
    return residues;
  }

  /** Gives the next chunk; call `next` until it answers undefined before giving another. */
  feed(chunk: Uint8Array): void {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#chunk = { bytes: chunk, view };
    this.#at = 0;
  }

  /**
   * Reads on to the next event, or to the end of the chunk (undefined).
   * @throws {FastaError} at a fault.
   */
  next(): ScanEvent | undefined {
    const chunk = this.#chunk.bytes;
    while (this.#at < chunk.length) {
      if (this.#kind === "start") {
        const byte = chunk[this.#at]!;
        if (byte === GREATER && this.#isOpen) return this.#closeRecord();
        if (this.#startLine(byte)) {
          this.#at++;
          continue;
        }
      }
      if (this.#kind !== "start") this.#readLine(); // else the line is empty
      if (this.#at === chunk.length) return undefined;
      if (this.#endLine(chunk[this.#at++]!)) return "header";
    }
    return undefined;
  }

  /** Like `next`, after the last chunk. */
  end(): ScanEvent | undefined {
    if (this.#kind === "header") {
      this.#kind = "start";
      return "header";
    }
    return this.#isOpen ? this.#closeRecord() : undefined;
  }

  /** Gives an error of the input (I/O, gzip, zstd) the file and the line that was reached. */
  failure(error: unknown): FastaError {
    if (error instanceof FastaError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return this.#fault(`could not read: ${reason}`, { cause: error });
  }

  /** Judges the first byte of a line; true where it is not part of the line's text. */
  #startLine(byte: number): boolean {
    if (byte !== LF) this.#afterCarriageReturn = false;
    if (this.#isByteOrderMark(byte)) return true;
    const place = PLACES[byte]!;
    if ((place & BLANK) !== 0) return true;
    if (byte === GREATER) {
      this.#openHeader();
      return true;
    }
    if (byte === SEMICOLON) this.#kind = "comment";
    else if ((place & LINE_END) === 0) this.#openSequence(byte);
    return false;
  }

  /** Collects the rest of the line, up to its end or the chunk's. */
  #readLine(): void {
    const chunk = this.#chunk.bytes;
    const inSequence = this.#kind === "sequence";
    const text = this.#kind === "comment" ? this.#comment : this.#text;
    for (;;) {
      this.#at = text.append(this.#chunk, this.#at, PLACES, inSequence ? IN_SEQUENCE : IN_HEADER);
      if (inSequence) this.#checkSequenceLength();
      else if (text.length > MAX_HEADER_BYTES) throw this.#longHeader();
      if (this.#at === chunk.length) return;
      const byte = chunk[this.#at]!;
      const place = PLACES[byte]!;
      if ((place & LINE_END) !== 0) return;
      if (!inSequence || (place & BLANK) === 0) throw this.#strangeByte(byte);
      this.#at++;
    }
  }

  /** Counts the line end `byte`; true where it completes a header. */
  #endLine(byte: number): boolean {
    const isSecondHalf = byte === LF && this.#afterCarriageReturn;
    this.#afterCarriageReturn = byte === CR;
    if (isSecondHalf) return false;
    this.line++;
    this.#comment.clear();
    const completesHeader = this.#kind === "header";
    this.#kind = "start";
    return completesHeader;
  }

  #openHeader(): void {
    this.#kind = "header";
    this.headerLine = this.line;
    this.#isOpen = true;
    this.#residuesTaken = 0;
  }

  #openSequence(byte: number): void {
    if (!this.#isOpen) {
      throw this.#fault(
        `expected a header that starts with '>', got ${nameOf(byte)}; is this a FASTA file?`,
      );
    }
    this.#kind = "sequence";
  }

  #closeRecord(): ScanEvent {
    this.#isOpen = false;
    if (this.#residuesTaken + this.#text.length > 0) return "record";
    throw new FastaError(
      { source: this.#source, line: this.headerLine },
      "expected residues after the header, got an empty record; remove it",
    );
  }

  #isByteOrderMark(byte: number): boolean {
    if (this.#markBytes < 3 && byte === BYTE_ORDER_MARK[this.#markBytes]) {
      this.#markBytes++;
      return true;
    }
    this.#markBytes = 3;
    return false;
  }

  #checkSequenceLength(): void {
    if (this.#residuesTaken + this.#text.length <= this.#maxSequenceLength) return;
    throw this.#fault(
      `expected a sequence of at most ${this.#maxSequenceLength} residues, got a longer one; split it or raise maxSequenceLength`,
    );
  }

  #longHeader(): FastaError {
    return this.#fault(
      `expected a ${this.#kind} of at most ${MAX_HEADER_BYTES} bytes, got a longer one; are the line ends missing?`,
    );
  }

  #strangeByte(byte: number): FastaError {
    if (byte === GREATER) {
      return this.#fault(
        "expected residues, got '>' inside a sequence line; is a line end missing before it?",
      );
    }
    const place = this.#kind === "sequence" ? "a sequence" : `a ${this.#kind}`;
    return this.#fault(
      `expected text in ${place}, got ${nameOf(byte)}; is the file binary, damaged or compressed twice?`,
    );
  }

  #fault(problem: string, options?: { readonly cause: unknown }): FastaError {
    return new FastaError({ source: this.#source, line: this.line }, problem, options);
  }
}

function nameOf(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `'${String.fromCharCode(byte)}'`
    : `byte 0x${byte.toString(16).padStart(2, "0")}`;
}
