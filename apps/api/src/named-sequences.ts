/** Sequences as clients name and send them → named residue ids, checked against the model. */
import type { SequenceInput } from "@performer/schema";
import type { NamedSequence } from "./compute/job.ts";
import { maxResidues } from "./limits.ts";
import type { ServedModel } from "./ports.ts";
import { parseSequence } from "./sequence-input.ts";

/** A sequence that is still text. */
export interface SentSequence {
  /** JSON pointer, or what else names the place. */
  readonly field: string;
  readonly accession: string;
  readonly text: string;
}

/** @param pointer of `input` in the body. */
export function sentSequence(input: SequenceInput, pointer: string, number = 1): SentSequence {
  return typeof input === "string"
    ? { field: pointer, accession: `sequence-${number}`, text: input }
    : { field: `${pointer}/sequence`, accession: input.accession, text: input.sequence };
}

/** @throws {ProblemError} naming the field, where the text is no protein or too long for the model. */
export function residuesFor(
  { summary }: ServedModel,
  { field, accession, text }: SentSequence,
): NamedSequence {
  const limit = {
    residues: maxResidues(summary.config),
    reason: "the model's length without bos and eos",
  };
  return { accession, sequence: parseSequence(text, field, limit) };
}
