/** The proteins of a FASTA text or file, with what their headers say: to embed, and to colour by. */
import { encodeSequence, parseHeader, ResidueError, readFasta } from "@performer/proteins";
import { readFastaFile } from "@performer/proteins/web";

export interface SetProtein {
  /** Shown to people; unique only where the file's are. */
  readonly name: string;
  readonly sequence: string;
  /** Of the header: taxonomy, database, and each key=value. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface ProteinSet {
  readonly proteins: readonly SetProtein[];
  /** What was not taken, in words; empty where all was. */
  readonly leftOut: readonly string[];
}

/** More points would lie on each other, and minutes on a small machine. */
const MOST_PROTEINS = 2000;

export interface SetLimits {
  /** Residues of one protein at most. */
  readonly longest: number;
}

/** @throws {FastaError} where the text is no FASTA. */
export async function readProteinSet(
  source: string | Blob,
  { longest }: SetLimits,
): Promise<ProteinSet> {
  const records =
    typeof source === "string"
      ? readFasta(bytesOf(source), { source: "the text" })
      : readFastaFile(source);
  const proteins: SetProtein[] = [];
  let [tooLong, unreadable, beyond] = [0, 0, 0];
  for await (const record of records) {
    const sequence = new TextDecoder("latin1").decode(record.sequence);
    if (sequence.length > longest) tooLong += 1;
    else if (!isProtein(sequence)) unreadable += 1;
    else if (proteins.length === MOST_PROTEINS) beyond += 1;
    else proteins.push(describe(record.header, sequence, proteins.length));
  }
  const leftOut = [
    tooLong > 0 && `${tooLong} longer than ${longest.toLocaleString("en")} residues`,
    unreadable > 0 && `${unreadable} that are no protein sequences`,
    beyond > 0 && `${beyond} beyond the first ${MOST_PROTEINS.toLocaleString("en")}`,
  ].filter((each) => each !== false);
  return { proteins, leftOut };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

function isProtein(sequence: string): boolean {
  try {
    return encodeSequence(sequence).length > 0;
  } catch (error) {
    if (error instanceof ResidueError) return false;
    throw error;
  }
}

const FIELD =
  /(?:^|[\s|])([A-Za-z][\w-]{0,23})=([^=\s|]+(?:\s+[^=\s|]+)*?)(?=\s+[A-Za-z][\w-]*=|[|]|$)/g;
/** Fields that name one protein and group nothing. */
const NAMES = new Set(["TaxID", "OX", "RepID", "GN"]);

function describe(header: string, sequence: string, index: number): SetProtein {
  const { accession, entryName, taxonomy, database } = parseHeader(header);
  const fields: Record<string, string> = {};
  for (const [, key = "", value = ""] of header.matchAll(FIELD)) {
    if (!NAMES.has(key)) fields[key] = value.trim();
  }
  if (taxonomy) fields["taxonomy"] = taxonomy;
  if (database) fields["database"] = database;
  return { name: entryName ?? (accession || `sequence ${index + 1}`), sequence, fields };
}

/** Fields that tell the proteins apart into groups: more than one value, and fewer than proteins. */
export function groupingFields({ proteins }: ProteinSet): string[] {
  const values = new Map<string, Set<string>>();
  for (const { fields } of proteins) {
    for (const [field, value] of Object.entries(fields)) {
      values.set(field, (values.get(field) ?? new Set()).add(value));
    }
  }
  return [...values]
    .filter(([, distinct]) => distinct.size > 1 && distinct.size < proteins.length)
    .map(([field]) => field);
}
