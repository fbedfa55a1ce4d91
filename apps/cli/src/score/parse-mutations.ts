/**
 * Mutations as people write them, A24G, several at once as A24G:T30S. Positions count residues from 1.
 * From an option (separated by commas) or a table, whose column "mutant", or first column, holds them
 * and whose column "id", where there is one, says of which protein. Every error names where it stands.
 */
import { encodeSequence, RESIDUES, STANDARD_RESIDUES } from "@performer/proteins";
import { parseCsvLine } from "./csv.ts";

interface Substitution {
  /** Residue ids. */
  readonly wildType: number;
  readonly mutant: number;
  /** 0-based. */
  readonly position: number;
}

export interface Mutation {
  /** As it was written. */
  readonly name: string;
  /** One, or several that happen at once. */
  readonly substitutions: readonly Substitution[];
  /** "--mutations", or file and line. */
  readonly where: string;
  /** Of the protein; undefined: of the only one. */
  readonly id?: string;
}

/** A mutation that cannot be, or is not of the protein. */
export class MutationError extends Error {
  override readonly name = "MutationError";

  constructor(where: string, problem: string) {
    super(`${where}: ${problem}`);
  }
}

/** "A24G,A24G:T30S". @throws {MutationError} */
export const parseMutationList = (text: string): Mutation[] =>
  text.split(",").map((name) => parseMutation(name.trim(), "--mutations"));

/**
 * The lines of a table; empty ones are passed over.
 * @param source its name, for messages.
 * @throws {MutationError} naming the line.
 */
export function parseMutationTable(text: string, source: string): Mutation[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ line, where: `${source}:${index + 1}` }));
  const [first, ...rest] = lines.filter(({ line }) => line.trim() !== "");
  if (first === undefined) {
    throw new MutationError(source, "expected mutations, got an empty file; write one a line");
  }
  const header = parseCsvLine(first.line).map((cell) => cell.toLowerCase());
  const column = header.indexOf("mutant");
  const idColumn = header.indexOf("id");
  if (column < 0 && !isMutation(header[0]?.toUpperCase() ?? "")) {
    throw new MutationError(
      first.where,
      `expected a column "mutant" or mutations such as A24G, got ${JSON.stringify(first.line)}; name the column mutant`,
    );
  }
  if (column < 0)
    return [first, ...rest].map(({ line, where }) =>
      parseMutation(parseCsvLine(line)[0] ?? "", where),
    );
  return rest.map(({ line, where }) => {
    const cells = parseCsvLine(line);
    const mutation = parseMutation(cells[column] ?? "", where);
    const id = cells[idColumn];
    return id === undefined ? mutation : { ...mutation, id };
  });
}

const SUBSTITUTION = new RegExp(`^([${RESIDUES}])([1-9]\\d{0,8})([${STANDARD_RESIDUES}])$`);

const isMutation = (name: string) => name.split(":").every((part) => SUBSTITUTION.test(part));

function parseMutation(name: string, where: string): Mutation {
  const substitutions = name.split(":").map((part): Substitution => {
    const [, wildType, position, mutant] = SUBSTITUTION.exec(part) ?? [];
    if (wildType === undefined || mutant === undefined) {
      throw new MutationError(
        where,
        `expected a mutation such as A24G, or A24G:T30S, got ${JSON.stringify(name)}; write the residue, its position from 1, and one of the residues ${STANDARD_RESIDUES}`,
      );
    }
    const [from, to] = encodeSequence(wildType + mutant);
    return { wildType: from as number, mutant: to as number, position: Number(position) - 1 };
  });
  const positions = substitutions.map(({ position }) => position);
  if (new Set(positions).size !== positions.length) {
    throw new MutationError(where, `${name} changes a position twice; leave one of them out`);
  }
  return { name, substitutions, where };
}

/** @throws {MutationError} where a mutation is not of this protein. */
export function assertMutationsOf(
  mutations: readonly Mutation[],
  { id, sequence }: { readonly id: string; readonly sequence: Uint8Array },
): void {
  for (const { name, substitutions, where } of mutations) {
    for (const { wildType, position } of substitutions) {
      const found = sequence[position];
      if (found === undefined) {
        throw new MutationError(
          where,
          `${name}: ${id} has ${sequence.length} residues, none at ${position + 1}; positions count from 1`,
        );
      }
      if (found !== wildType) {
        throw new MutationError(
          where,
          `${name}: expected ${RESIDUES[wildType]} at position ${position + 1} of ${id}, got ${RESIDUES[found]}; is it numbered from another start, or meant for another sequence?`,
        );
      }
    }
  }
}
