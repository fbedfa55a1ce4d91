/**
 * Scores of one protein: its pseudo-perplexity, or log p(mutant) - log p(wild type) of mutations, with
 * each position hidden (masked marginals) and from one pass over the wild type (wild-type marginals).
 * Substitutions at once are summed, each on the wild type's background (Meier et al. 2021).
 */
import { mutationScores, type TokenScorer } from "@performer/interpret";
import { RESIDUES, STANDARD_RESIDUES } from "@performer/proteins";
import type { MutationMethod } from "@performer/schema";
import { assertMutationsOf, type Mutation } from "./parse-mutations.ts";

export interface Protein {
  readonly id: string;
  /** Residue ids. */
  readonly sequence: Uint8Array;
}

/** Column of the table of each method. */
export const METHOD_COLUMNS = {
  "masked-marginals": "masked_marginal",
  "single-pass": "wild_type_marginal",
} as const satisfies Record<MutationMethod, string>;

export interface ScoredMutation {
  readonly name: string;
  /** One a method, in their order, nats. */
  readonly scores: readonly number[];
}

/** In the order of `mutations`. @throws {MutationError} where one is not of this protein. */
export async function scoreMutations(
  scorer: TokenScorer,
  protein: Protein,
  mutations: readonly Mutation[],
  methods: readonly MutationMethod[],
): Promise<ScoredMutation[]> {
  assertMutationsOf(mutations, protein);
  const positions = [
    ...new Set(mutations.flatMap((each) => each.substitutions.map(({ position }) => position))),
  ].sort((a, b) => a - b);
  const tables: Map<number, Float32Array>[] = [];
  for (const method of methods) {
    const table = new Map<number, Float32Array>();
    for await (const { position, scores } of mutationScores(scorer, protein.sequence, {
      method,
      positions,
    })) {
      table.set(position, scores);
    }
    tables.push(table);
  }
  return mutations.map(({ name, substitutions }) => ({
    name,
    scores: tables.map((table) =>
      substitutions.reduce(
        (sum, { position, mutant }) => sum + (table.get(position)?.[mutant] ?? Number.NaN),
        0,
      ),
    ),
  }));
}

/** The 19 substitutions of every position, in order; 20 where the residue is none of the standard ones. */
export function everySubstitution({ sequence }: Protein): Mutation[] {
  return Array.from(sequence).flatMap((wildType, position) =>
    Array.from(STANDARD_RESIDUES, (letter, mutant) => ({
      name: `${RESIDUES[wildType]}${position + 1}${letter}`,
      substitutions: [{ wildType, mutant, position }],
      where: "--scan",
    })).filter(({ substitutions: [only] }) => only?.mutant !== wildType),
  );
}
