/**
 * The pre-check in front of bionode-fasta. That library writes JSON text around the bytes it is
 * given and parses it again, so a blank first line, a missing header, a byte order mark, a
 * backslash, a quote or a control character makes it throw where no caller can catch it, and a
 * long line costs it quadratic time. The guard applies the rules of `FastaScanner` and passes on
 * text that bionode-fasta cannot fail on: `>header` and sequence lines, escaped for JSON.
 */
import type { FastaError, ReadFastaOptions } from "../fasta-record.ts";
import { FastaScanner, type ScanEvent } from "../fasta-scanner.ts";

export class BionodeGuard {
  /** Lines of the headers of the records that were passed on whole, in order. */
  readonly recordLines: number[] = [];
  /** The fault that ended the input, if any: to be thrown after the records before it. */
  fault: FastaError | undefined;

  readonly #scanner: FastaScanner;
  /** Written for bionode-fasta and not yet handed over. */
  #text = "";

  constructor(options: ReadFastaOptions) {
    this.#scanner = new FastaScanner(options);
  }

  /** Text for bionode-fasta. It ends at the first fault, which stays in `fault`. */
  async *guard(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    const scanner = this.#scanner;
    try {
      for await (const chunk of chunks) {
        scanner.feed(chunk);
        this.#rewrite(() => scanner.next());
        yield* this.#flush();
      }
      this.#rewrite(() => scanner.end());
    } catch (error) {
      this.fault = scanner.failure(error);
    }
    yield* this.#flush();
  }

  #rewrite(next: () => ScanEvent | undefined): void {
    for (let event = next(); event !== undefined; event = next()) {
      if (event === "header") this.#text += `>${escapeHeader(this.#scanner.takeHeader())}\n`;
      else {
        this.#addResidues();
        this.recordLines.push(this.#scanner.headerLine);
      }
    }
    this.#addResidues();
  }

  #addResidues(): void {
    const residues = this.#scanner.takeResidues();
    if (residues.length > 0) this.#text += `${escapeSequence(residues)}\n`;
  }

  *#flush(): Generator<Buffer> {
    if (this.#text !== "") yield Buffer.from(this.#text);
    this.#text = "";
  }
}

/** bionode-fasta escapes quotes of headers itself, and nothing else. */
function escapeHeader(header: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  return header.replace(/[\\\u0000-\u001f]/g, jsonEscape);
}

function escapeSequence(residues: Uint8Array): string {
  return Buffer.from(residues.buffer, residues.byteOffset, residues.length)
    .toString("latin1")
    .replace(/["\\]/g, jsonEscape);
}

function jsonEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
