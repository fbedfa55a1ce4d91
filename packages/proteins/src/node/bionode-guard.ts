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

  constructor(options: ReadFastaOptions) {
    this.#scanner = new FastaScanner(options);
  }

  /** Text for bionode-fasta. It ends at the first fault, which stays in `fault`. */
  async *guard(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    const scanner = this.#scanner;
    try {
      for await (const chunk of chunks) {
        scanner.feed(chunk);
        const text = this.#rewrite(() => scanner.next());
        if (text.length > 0) yield Buffer.from(text);
      }
      const text = this.#rewrite(() => scanner.end());
      if (text.length > 0) yield Buffer.from(text);
    } catch (error) {
      this.fault = scanner.failure(error);
    }
  }

  #rewrite(next: () => ScanEvent | undefined): string {
    let text = "";
    for (let event = next(); event !== undefined; event = next()) {
      if (event === "header") text += `>${escapeHeader(this.#scanner.takeHeader())}\n`;
      else {
        text += this.#residueLine();
        this.recordLines.push(this.#scanner.headerLine);
      }
    }
    return text + this.#residueLine();
  }

  #residueLine(): string {
    const residues = this.#scanner.takeResidues();
    return residues.length === 0 ? "" : `${escapeSequence(residues)}\n`;
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
