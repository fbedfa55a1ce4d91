/** Scores of all substitutions of a protein, ordered for reading. Pure. */
import type { MutationScores } from "../compute/compute.ts";

export interface Substitution {
  /** "R15K": wild type, position counted from 1, mutant. */
  readonly name: string;
  /** 0-based. */
  readonly position: number;
  readonly score: number;
}

/** Every substitution of a residue by another of the 20; the wild type's own column is none. */
export function substitutionsOf(sequence: string, scores: MutationScores): Substitution[] {
  return scores.scores.flatMap((ofPosition, position) =>
    [...scores.residues].flatMap((mutant, column) => {
      const wildType = sequence[position] ?? "?";
      const score = ofPosition[column];
      if (mutant === wildType || score === undefined) return [];
      return [{ name: `${wildType}${position + 1}${mutant}`, position, score }];
    }),
  );
}

/** Mean of a position's substitutions: the lower, the less the model lets the residue be replaced. */
export function positionMeans(sequence: string, { residues, scores }: MutationScores): number[] {
  return scores.map((ofPosition, position) => {
    const others = [...residues].flatMap((letter, column) =>
      letter === sequence[position] ? [] : [ofPosition[column] ?? 0],
    );
    return others.reduce((sum, score) => sum + score, 0) / others.length;
  });
}

/** What a question costs, known before anything is computed: the model reads `residues` in all. */
export function costOf(
  length: number,
  method: MutationScores["method"],
): { readonly passes: number; readonly residues: number } {
  const passes = method === "single-pass" ? 1 : length;
  return { passes, residues: passes * length };
}
