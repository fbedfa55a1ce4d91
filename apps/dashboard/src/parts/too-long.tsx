/** A protein beyond what computes now: how long it is, why that is too much, and the way to go on. */
import type { Session } from "../session.ts";
import type { NamedSequence } from "../use-sequence.ts";
import { Notice } from "./notice.tsx";

interface TooLongProps {
  readonly protein: NamedSequence;
  readonly longest: number;
  readonly because: string;
  readonly session: Session;
}

export function TooLong({ protein, longest, because, session }: TooLongProps) {
  const count = (value: number) => value.toLocaleString("en");
  return (
    <Notice kind="error" title={`${protein.name} is too long here`}>
      <p>
        It has {count(protein.sequence.length)} residues; the most are {count(longest)}, since{" "}
        {because}.
      </p>
      {session.page === null && (
        <>
          <p>This page takes longer proteins with the models that lie beside it.</p>
          <button type="button" onClick={() => session.setPlace("page")}>
            Compute in this page
          </button>
        </>
      )}
    </Notice>
  );
}
