/** What a person types or pastes: one protein, by name or by its letters. */
import { encodeSequence, ResidueError } from "@performer/proteins";

export type ProteinSubject = { readonly accession: string } | { readonly sequence: string };

/** Letters of one protein, or the reason why the text is none. */
export type ParsedInput = { readonly sequence: string } | { readonly fault: string };

/**
 * Reads pasted text: bare residues or one FASTA record; white space and line numbers' blanks are dropped.
 * Letters follow the residue policy of @performer/proteins, so the API will take what passes here.
 */
export function parsePastedSequence(text: string): ParsedInput {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const headers = lines.filter((line) => line.startsWith(">"));
  if (headers.length > 1) {
    return { fault: `One protein at a time: the text holds ${headers.length} FASTA records.` };
  }
  const sequence = lines
    .filter((line) => !line.startsWith(">"))
    .join("")
    .replaceAll(/\s/g, "");
  if (sequence === "") return { fault: "Paste the residues of a protein, one letter each." };
  try {
    encodeSequence(sequence);
  } catch (error) {
    if (!(error instanceof ResidueError)) throw error;
    return { fault: `“${error.letter}” at position ${error.position + 1} is no residue letter.` };
  }
  return { sequence: sequence.toUpperCase() };
}

/** What an address names; the first example where it names nothing. */
export function subjectOf(
  query: URLSearchParams,
  example: { readonly accession: string },
): ProteinSubject {
  const sequence = query.get("sequence");
  if (sequence) return { sequence };
  const accession = query.get("accession");
  // the same subject as an address that names the example, so that naming it changes nothing on the page
  return { accession: accession || example.accession };
}
