/** Which records stay and how their letters are written: lengths, odd residues, letters that are none. */
import {
  encodeSequence,
  type FastaRecord,
  RESIDUES,
  ResidueError,
  STANDARD_RESIDUES,
} from "@performer/proteins";

/** What happens to a letter that is no residue: "refuse" stops, "as-x" reads X, "drop" drops the record. */
export const LETTER_POLICIES = ["refuse", "as-x", "drop"] as const;
type LetterPolicy = (typeof LETTER_POLICIES)[number];

export interface FilterRules {
  readonly minLength: number;
  readonly maxLength: number;
  /** Largest share of B, O, U, X and Z in a record that stays; 1 keeps all. */
  readonly maxOddShare: number;
  readonly letters: LetterPolicy;
}

/** "kept", or the first rule that a record fails. */
export type Verdict = "kept" | "badLetter" | "tooShort" | "tooLong" | "odd";

/** [25] ASCII code of each residue id. */
const LETTERS = Uint8Array.from(RESIDUES, (letter) => letter.charCodeAt(0));

/**
 * @returns the verdict, and the letters as they are written: the 25 residues in upper case.
 * @throws {ResidueError} under "refuse".
 */
export function judgeRecord(
  { sequence }: Pick<FastaRecord, "sequence">,
  rules: FilterRules,
): { verdict: Verdict; letters: Uint8Array } {
  const ids = encode(sequence, rules.letters);
  if (ids === undefined) return { verdict: "badLetter", letters: sequence };
  const letters = ids.map((id) => LETTERS[id]!);
  const odd = ids.reduce((sum, id) => sum + (id < STANDARD_RESIDUES.length ? 0 : 1), 0);
  const verdict =
    ids.length < rules.minLength
      ? "tooShort"
      : ids.length > rules.maxLength
        ? "tooLong"
        : odd > rules.maxOddShare * ids.length
          ? "odd"
          : "kept";
  return { verdict, letters };
}

function encode(sequence: Uint8Array, policy: LetterPolicy): Uint8Array | undefined {
  switch (policy) {
    case "refuse":
      return encodeSequence(sequence, "strict");
    case "as-x":
      return encodeSequence(sequence, "lenient");
    case "drop":
      return encodeOrDrop(sequence);
    default:
      return policy satisfies never;
  }
}

function encodeOrDrop(sequence: Uint8Array): Uint8Array | undefined {
  try {
    return encodeSequence(sequence, "strict");
  } catch (error) {
    if (error instanceof ResidueError) return undefined;
    throw error;
  }
}
