/**
 * What a FASTA header says, for the three syntaxes that protein files use:
 * UniRef (`UniRef50_P00974 name n=3 Tax=… TaxID=9913 RepID=BPT1_BOVIN`), UniProtKB
 * (`sp|P00974|BPT1_BOVIN name OS=… OX=9913 …`), and plain (`identifier anything`).
 * It never fails: what is not there is left out.
 */

export interface ParsedHeader {
  /** The first word as it stands in the file; may be empty. */
  readonly id: string;
  /** The accession without the name of its database: P00974; the id where the syntax is plain. */
  readonly accession: string;
  /** "UniRef50", "sp", "tr", … where the header names it. */
  readonly database?: string;
  /** BPT1_BOVIN, of a UniProtKB header. */
  readonly entryName?: string;
  /** Protein or cluster name; the rest of the line where the syntax is plain. */
  readonly name?: string;
  /** Members of a UniRef cluster. */
  readonly clusterSize?: number;
  /** Tax of UniRef, OS of UniProtKB. */
  readonly taxonomy?: string;
  /** NCBI taxonomy id: TaxID of UniRef, OX of UniProtKB. */
  readonly taxonomyId?: number;
  /** RepID of UniRef. */
  readonly representative?: string;
}

/** https://www.uniprot.org/help/fasta-headers */
const FIELD = / (?=(?:n|Tax|TaxID|RepID|OS|OX|GN|PE|SV)=)/;
const UNIREF = /^(UniRef\d+)_(.+)$/;
const UNIPROT = /^(sp|tr)\|([^|]+)\|?(.*)$/;

/** Parses a header without its `>`. Of headers that NCBI joined with ^A the first counts. */
export function parseHeader(header: string): ParsedHeader {
  const [first = ""] = header.split("\u0001");
  const [, id = "", rest = ""] = /^(\S*)(.*)$/s.exec(first.trim()) ?? [];
  const identity = parseId(id);
  if (identity.database === undefined) return { ...identity, ...defined({ name: rest.trim() }) };

  const [name = "", ...fields] = rest.split(FIELD);
  const values = new Map(fields.map(parseField));
  return {
    ...identity,
    ...defined({
      name: name.trim(),
      clusterSize: parseCount(values.get("n")),
      taxonomy: values.get("Tax") ?? values.get("OS"),
      taxonomyId: parseCount(values.get("TaxID") ?? values.get("OX")),
      representative: values.get("RepID"),
    }),
  };
}

function parseId(id: string): Pick<ParsedHeader, "id" | "accession" | "database" | "entryName"> {
  const uniRef = UNIREF.exec(id);
  if (uniRef) return { id, accession: uniRef[2]!, database: uniRef[1]! };
  const uniProt = UNIPROT.exec(id);
  if (uniProt) {
    const [, database, accession, entryName] = uniProt;
    return { id, accession: accession!, database: database!, ...defined({ entryName }) };
  }
  return { id, accession: id };
}

function parseField(field: string): [string, string] {
  const equals = field.indexOf("=");
  return [field.slice(0, equals), field.slice(equals + 1).trim()];
}

function parseCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields that say something: neither undefined nor empty. */
function defined<T extends object>(fields: T): Defined<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(entries) as Defined<T>;
}
