/**
 * A protein sequence as a person sends it → residue ids, or a problem that names field and limit.
 * Letters follow the strict policy of `encodeSequence`: lowercase is raised, J becomes X, one trailing
 * "*", alignment gaps and white space are dropped, an inner "*" becomes X, anything else is refused.
 * Nothing is ever cut.
 */
import { encodeSequence, ResidueError } from "@performer/proteins";
import { ProblemError } from "./problem.ts";

export interface SequenceLimit {
  /** Residues, specials excluded. */
  readonly residues: number;
  /** What sets the limit, for the message. */
  readonly reason: string;
}

/**
 * Residue ids of `text`.
 * @param field JSON pointer or query name of `text`.
 * @throws {ProblemError} "empty-sequence", "not-a-protein" or "sequence-too-long".
 */
export function parseSequence(text: string, field: string, limit: SequenceLimit): Uint8Array {
  const residues = encodeOrRefuse(text, field);
  if (residues.length === 0) {
    throw new ProblemError("empty-sequence", {
      detail: "expected at least one residue, got none; send letters such as MKTAYIAK",
      field,
      limit: 1,
    });
  }
  if (residues.length > limit.residues) {
    throw new ProblemError("sequence-too-long", {
      detail:
        `expected at most ${limit.residues} residues (${limit.reason}), got ${residues.length}; ` +
        "nothing is cut silently: send a shorter sequence or its parts",
      field,
      limit: limit.residues,
    });
  }
  return residues;
}

function encodeOrRefuse(text: string, field: string): Uint8Array {
  try {
    return encodeSequence(text);
  } catch (error) {
    if (!(error instanceof ResidueError)) throw error;
    throw new ProblemError("not-a-protein", {
      detail:
        `expected amino-acid letters, got ${JSON.stringify(error.letter)} at position ` +
        `${error.position + 1}; send one protein sequence, without a header`,
      field,
    });
  }
}
