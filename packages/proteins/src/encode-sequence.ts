/**
 * Letters to residue ids, under one stated policy. It is the only place where a letter is judged:
 * the readers hand on whatever text a file holds.
 *
 * | letter | becomes |
 * |---|---|
 * | the 25 residues, either case | their id (soft-masked lower case is read as upper case) |
 * | J (I or L; no model has a token for it) | X |
 * | one `*` at the end (stop codon) | dropped |
 * | `*` elsewhere | X |
 * | `-` and `.` (gaps of alignments), white space | dropped |
 * | anything else | strict: ResidueError; lenient: X |
 */
import { RESIDUES } from "./alphabet.ts";

/** What happens to a letter that no rule covers: "strict" throws, "lenient" reads X. */
export type ResiduePolicy = "strict" | "lenient";

/** A letter that the strict policy refuses. */
export class ResidueError extends Error {
  override readonly name = "ResidueError";
  /** 0-based index into the sequence as it was given. */
  readonly position: number;
  readonly letter: string;

  constructor(position: number, letter: string) {
    super(
      `encodeSequence: expected a residue (${RESIDUES} or J), '*', '-' or '.', got ${JSON.stringify(letter)} at position ${position}; remove it, or use the "lenient" policy to read it as X`,
    );
    this.position = position;
    this.letter = letter;
  }
}

const UNKNOWN = RESIDUES.indexOf("X");
const DROP = 0xff;
const STOP = 0xfe;
const REFUSE = 0xfd;

/** [256] residue id or rule for each byte. */
const RULES = new Uint8Array(256).fill(REFUSE);
for (const [id, letter] of [...RESIDUES].entries()) {
  RULES[letter.charCodeAt(0)] = id;
  RULES[letter.toLowerCase().charCodeAt(0)] = id;
}
for (const letter of "Jj") RULES[letter.charCodeAt(0)] = UNKNOWN;
for (const letter of "-. \t\r\n") RULES[letter.charCodeAt(0)] = DROP;
RULES["*".charCodeAt(0)] = STOP;

/**
 * Residue ids of a sequence, without specials.
 * @param sequence text, or its ASCII bytes as the readers give them.
 * @returns ids 0 to 24; as long as the sequence less what the policy drops, maybe empty.
 * @throws {ResidueError} under "strict", at the first letter that no rule covers.
 */
export function encodeSequence(
  sequence: string | Uint8Array,
  policy: ResiduePolicy = "strict",
): Uint8Array {
  const codes = typeof sequence === "string" ? codesOf(sequence) : sequence;
  const ids = new Uint8Array(codes.length);
  let length = 0;
  let lastStop = -1;
  for (let position = 0; position < codes.length; position++) {
    const rule = RULES[codes[position]!]!; // codes above 255 never get here, see codesOf
    if (rule < RESIDUES.length) {
      ids[length++] = rule;
    } else if (rule === STOP) {
      lastStop = length;
      ids[length++] = UNKNOWN;
    } else if (rule === REFUSE) {
      if (policy === "strict") throw new ResidueError(position, letterAt(sequence, position));
      ids[length++] = UNKNOWN;
    }
  }
  if (lastStop >= 0 && lastStop === length - 1) length--;
  return length === ids.length ? ids : ids.slice(0, length);
}

/** Bytes of a text; characters beyond Latin-1 become NUL, which no rule covers. */
function codesOf(text: string): Uint8Array {
  const codes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    codes[i] = code < 256 ? code : 0;
  }
  return codes;
}

function letterAt(sequence: string | Uint8Array, position: number): string {
  return typeof sequence === "string"
    ? String.fromCodePoint(sequence.codePointAt(position)!)
    : String.fromCharCode(sequence[position]!);
}
