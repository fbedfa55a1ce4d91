/** One pair of residues in both matrices: its values, and where it stands among all pairs. */
import type { SimilarityResponse } from "@performer/schema";

/** The article's examples: substitutions that evolution makes often. */
export const MARKED_PAIRS: readonly (readonly [string, string])[] = [
  ["D", "E"],
  ["F", "Y"],
];

export interface PairReading {
  readonly pair: readonly [string, string];
  readonly similarity: number | null;
  readonly blosum62: number;
  /** 1 = the most similar pair by attention; null where the similarity is undefined. */
  readonly rank: number | null;
  /** Pairs with a defined similarity, 190 for 20 residues. */
  readonly pairs: number;
}

/** @throws {RangeError} where a letter of the pair is not among `response.residues`. */
export function readPair(
  response: SimilarityResponse,
  pair: readonly [string, string],
): PairReading {
  const [row, column] = pair.map((letter) => response.residues.indexOf(letter)) as [number, number];
  const similarity = response.similarity[row]?.[column];
  const blosum62 = response.blosum62[row]?.[column];
  if (similarity === undefined || blosum62 === undefined) {
    throw new RangeError(
      `readPair: expected two of "${response.residues}", got ${pair.join(", ")}`,
    );
  }
  const all = response.similarity
    .flatMap((values, i) => values.slice(i + 1))
    .filter((value): value is number => value !== null);
  const rank = similarity === null ? null : 1 + all.filter((value) => value > similarity).length;
  return { pair, similarity, blosum62, rank, pairs: all.length };
}
