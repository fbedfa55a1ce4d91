/** Which tokens a generated protein may hold. */
import { ANOMALOUS_RESIDUES, RESIDUES, TOKEN } from "./alphabet.ts";

/** Specials other than eos; and B, O, U, X, Z, which note what was not measured and are no proposal. */
export const NEVER_DRAWN: ReadonlySet<number> = new Set([
  TOKEN.bos,
  TOKEN.pad,
  TOKEN.mask,
  ...Array.from(ANOMALOUS_RESIDUES, (letter) => RESIDUES.indexOf(letter)),
]);
