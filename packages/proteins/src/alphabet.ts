/**
 * The vocabulary: 25 residues, then four specials; 29 tokens in all (docs/math.md, vocabulary).
 * Ids are positions in these strings, so that every array over residues has one fixed order.
 */

/** Ids 0 to 19, in alphabetical order of the one-letter code. */
export const STANDARD_RESIDUES = "ACDEFGHIKLMNPQRSTVWY";

/** Ids 20 to 24: B (D or N), O (pyrrolysine), U (selenocysteine), X (unknown), Z (E or Q). */
export const ANOMALOUS_RESIDUES = "BOUXZ";

/** Letter of each residue id, 0 to 24. */
export const RESIDUES = `${STANDARD_RESIDUES}${ANOMALOUS_RESIDUES}`;

/** Ids of the specials. They are never part of a sequence of residues and never chosen for masking. */
export const TOKEN = { bos: 25, eos: 26, pad: 27, mask: 28 } as const;

/** V */
export const VOCABULARY_SIZE = 29;

/** Name of each token id, 0 to 28: a letter, or a special in angle brackets. */
export const TOKEN_NAMES: readonly string[] = [...RESIDUES, "<bos>", "<eos>", "<pad>", "<mask>"];

/** Whether `id` is one of the 20 standard residues: what the baselines and masked targets count. */
export function isStandardResidue(id: number): boolean {
  return id < STANDARD_RESIDUES.length;
}

/**
 * Text of token ids.
 * @param options.specials "name" writes them as `<bos>`; "omit" leaves the residues alone.
 * @throws {RangeError} where an id is outside 0 to 28.
 */
export function decodeTokens(
  ids: ArrayLike<number>,
  options: { readonly specials?: "name" | "omit" } = {},
): string {
  const omit = options.specials === "omit";
  return Array.from(ids, (id) => {
    const name = TOKEN_NAMES[id];
    if (name === undefined) {
      throw new RangeError(
        `decodeTokens: expected ids from 0 to ${VOCABULARY_SIZE - 1}, got ${id}; was it made with another vocabulary?`,
      );
    }
    return omit && id >= RESIDUES.length ? "" : name;
  }).join("");
}
