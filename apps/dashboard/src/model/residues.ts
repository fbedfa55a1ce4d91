/** What a reader wants to see beside a letter: the residue's name. */

const NAMES: Readonly<Record<string, string>> = {
  A: "Ala",
  R: "Arg",
  N: "Asn",
  D: "Asp",
  C: "Cys",
  Q: "Gln",
  E: "Glu",
  G: "Gly",
  H: "His",
  I: "Ile",
  L: "Leu",
  K: "Lys",
  M: "Met",
  F: "Phe",
  P: "Pro",
  S: "Ser",
  T: "Thr",
  W: "Trp",
  Y: "Tyr",
  V: "Val",
  B: "Asx",
  Z: "Glx",
  O: "Pyl",
  U: "Sec",
  X: "Xaa",
};

/** Three-letter code (IUPAC), or the letter itself where it has none. */
export function residueName(letter: string): string {
  return NAMES[letter] ?? letter;
}

/** "Cys 30": position counted from 1, as in UniProt. */
export function residueLabel(sequence: string, index: number): string {
  return `${residueName(sequence[index] ?? "?")} ${index + 1}`;
}
