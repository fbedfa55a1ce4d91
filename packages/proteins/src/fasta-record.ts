/** What every FASTA reader takes, gives and throws. */

export interface FastaRecord {
  /** The header line without `>`, trimmed; see `parseHeader`. Need not be unique, may be empty. */
  readonly header: string;
  /** ASCII letters as in the file, white space removed; never empty in FASTA. See `encodeSequence`. */
  readonly sequence: Uint8Array;
  /** Name of the file, for messages. */
  readonly source: string;
  /** 1-based line of the header; of a packed record its number in the shard. */
  readonly line: number;
  /** The sequence as residue ids, where the source holds it encoded: packed data. */
  readonly packed?: {
    /** Ids that `residues` gives, known without reading them; maybe none. */
    length(): number;
    residues(): Uint8Array;
  };
}

/** Re-iterable: each call starts from the first record, which epochs and resuming rely on. */
export type RecordSource = () => AsyncIterable<FastaRecord>;

export interface ReadFastaOptions {
  /** Name of the input, for records and errors. */
  readonly source: string;
  /** Residues above which a record is refused, so that memory has a bound. Default 100 million. */
  readonly maxSequenceLength?: number;
}

/** The one interface of the readers: uncompressed bytes in, cut anywhere; records out, in order. */
export type FastaReader = (
  chunks: AsyncIterable<Uint8Array>,
  options: ReadFastaOptions,
) => AsyncGenerator<FastaRecord>;

/** 2.8 thousand times titin, the longest human protein: a limit for mistakes, not for biology. */
export const DEFAULT_MAX_SEQUENCE_LENGTH = 100_000_000;

/** An input that cannot be read, with its file and 1-based line. */
export class FastaError extends Error {
  override readonly name = "FastaError";
  readonly source: string;
  readonly line: number;

  constructor(
    at: { readonly source: string; readonly line: number },
    problem: string,
    options?: { readonly cause: unknown },
  ) {
    super(`readFasta: ${at.source}:${at.line}: ${problem}`, options);
    this.source = at.source;
    this.line = at.line;
  }
}
