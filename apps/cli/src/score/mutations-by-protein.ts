/** Which mutations are of which protein: by the table's column of ids, or all of them of the only protein. */
import { type Mutation, MutationError } from "./parse-mutations.ts";
import type { Protein } from "./score-protein.ts";

/**
 * Proteins that have mutations, in the order of the input, each with its own.
 * @throws {MutationError} where a mutation names no protein and there are several, or one that is not there.
 */
export async function* mutationsByProtein(
  proteins: AsyncIterable<Protein>,
  mutations: readonly Mutation[],
): AsyncGenerator<{ readonly protein: Protein; readonly mutations: readonly Mutation[] }> {
  const named = groupById(mutations);
  const unnamed = named.get(undefined);
  const left = new Set(named.keys());
  let count = 0;
  for await (const protein of proteins) {
    count += 1;
    if (count > 1 && unnamed !== undefined) {
      throw new MutationError(
        unnamed[0]?.where ?? "",
        `expected one protein, got ${protein.id} as well; give a file of mutations with a column "id", or one protein`,
      );
    }
    const asked = [...(unnamed ?? []), ...(named.get(protein.id) ?? [])];
    left.delete(protein.id);
    if (asked.length > 0) yield { protein, mutations: asked };
  }
  left.delete(undefined);
  for (const id of left) {
    throw new MutationError(
      named.get(id)?.[0]?.where ?? "",
      `expected the protein ${JSON.stringify(id)} in the FASTA files, got none of that id; ids are the first words of the headers`,
    );
  }
}

function groupById(mutations: readonly Mutation[]): Map<string | undefined, Mutation[]> {
  const groups = new Map<string | undefined, Mutation[]>();
  for (const mutation of mutations) {
    const group = groups.get(mutation.id);
    if (group === undefined) groups.set(mutation.id, [mutation]);
    else group.push(mutation);
  }
  return groups;
}
