/** Rows and columns of a matrix over residues in an order that shows what is alike. */

/** Side-chain groups in the order of the matrix; D beside E, F beside Y. */
const RESIDUE_GROUPS: readonly { readonly name: string; readonly residues: string }[] = [
  { name: "aliphatic", residues: "AVLIM" },
  { name: "aromatic", residues: "FYW" },
  { name: "polar", residues: "STNQ" },
  { name: "negative", residues: "DE" },
  { name: "positive", residues: "KRH" },
  { name: "special", residues: "CGP" },
];

export type ResidueOrder = "group" | "alphabet";

/** The letters of `residues` in the given order; letters of no group stand last. */
export function orderResidues(residues: string, order: ResidueOrder): string {
  const letters = [...residues];
  if (order === "alphabet") return letters.sort().join("");
  const grouped = RESIDUE_GROUPS.flatMap((group) => [...group.residues]);
  const inGroups = grouped.filter((letter) => letters.includes(letter));
  return [...inGroups, ...letters.filter((letter) => !grouped.includes(letter))].join("");
}

/** A square matrix with rows and columns moved from the letters of `from` to the letters of `to`. */
export function reorderMatrix<Value>(
  matrix: readonly (readonly Value[])[],
  from: string,
  to: string,
): Value[][] {
  const places = [...to].map((letter) => from.indexOf(letter));
  return places.map((row) =>
    places.map((column) => {
      const value = matrix[row]?.[column];
      if (value === undefined) {
        throw new RangeError(
          `reorderMatrix: expected a matrix over "${from}", got none at ${row}, ${column}`,
        );
      }
      return value;
    }),
  );
}
