/** Pairs of residues in both matrices: their values, and where they stand among all pairs. */
import type { AminoAcidSimilarity } from "../amino-acid-similarity.ts";
import { reorderMatrix } from "./residue-order.ts";

export type SimilarityMatrices = Pick<AminoAcidSimilarity, "residues" | "similarity" | "blosum62">;

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
  response: SimilarityMatrices,
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

/** The pairs a < b that have a similarity, the most similar first. */
export function rankedPairs(response: SimilarityMatrices): PairReading[] {
  const letters = [...response.residues];
  return letters
    .flatMap((first, i) =>
      letters.slice(i + 1).map((second) => readPair(response, [first, second])),
    )
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank as number) - (b.rank as number));
}

/** Both matrices with rows and columns in the order of `letters`, and without their diagonals. */
export function offDiagonal(
  { residues, similarity, blosum62 }: SimilarityMatrices,
  letters: string,
): Pick<SimilarityMatrices, "similarity"> & { readonly blosum62: (number | null)[][] } {
  const scores = blosum62.map((row, i) => row.map((score, j) => (i === j ? null : score)));
  return {
    similarity: reorderMatrix(similarity, residues, letters),
    blosum62: reorderMatrix(scores, residues, letters),
  };
}

/** Both cells of each marked pair, as the matrices are symmetric. */
export function markedCells(letters: string): { row: number; column: number }[] {
  return MARKED_PAIRS.flatMap(([a, b]) => {
    const row = letters.indexOf(a);
    const column = letters.indexOf(b);
    return [
      { row, column },
      { row: column, column: row },
    ];
  });
}
