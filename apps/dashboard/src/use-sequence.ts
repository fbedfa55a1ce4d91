/** The residues of what the address names: a bundled protein by accession, or letters as they stand. */

import { bundledSequence, EXAMPLE_PROTEINS } from "./model/example-proteins.ts";
import type { ProteinSubject } from "./model/sequence-input.ts";
import { type Resource, useResource } from "./use-resource.ts";

export interface NamedSequence {
  /** The accession, or "pasted sequence". */
  readonly name: string;
  readonly sequence: string;
}

/** An accession of which this page knows no residues. */
export class UnknownProtein extends Error {
  override readonly name = "UnknownProtein";
}

export function useSequence(subject: ProteinSubject): Resource<NamedSequence> {
  return useResource(() => resolve(subject), { key: JSON.stringify(subject) });
}

async function resolve(subject: ProteinSubject): Promise<NamedSequence> {
  if ("sequence" in subject) return { name: "pasted sequence", sequence: subject.sequence };
  const sequence = await bundledSequence(subject.accession);
  if (sequence !== null) return { name: subject.accession.toUpperCase(), sequence };
  const known = EXAMPLE_PROTEINS.map(({ accession }) => accession).join(", ");
  throw new UnknownProtein(
    `No protein ${subject.accession} is bundled with this page. Known accessions: ${known}; or paste the sequence.`,
  );
}
