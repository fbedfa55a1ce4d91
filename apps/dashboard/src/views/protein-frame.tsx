/** The frame of a view about one protein: its title, which protein, and what is shown of the residues. */
import type { ComponentChildren } from "preact";
import type { ProteinSubject } from "../model/sequence-input.ts";
import { Fault, Loading } from "../parts/notice.tsx";
import { TooLong } from "../parts/too-long.tsx";
import type { Session } from "../session.ts";
import { type NamedSequence, useSequence } from "../use-sequence.ts";
import { ProteinPicker } from "./protein-picker.tsx";

interface ResiduesProps {
  readonly subject: ProteinSubject;
  readonly session: Session;
  /** The most that the view takes, and why. */
  readonly longest: { readonly residues: number; readonly because: string };
  readonly children: (protein: NamedSequence) => ComponentChildren;
}

interface ProteinFrameProps extends ResiduesProps {
  readonly title: string;
  readonly lede: string;
  readonly onPick: (subject: ProteinSubject) => void;
}

export function ProteinFrame({ title, lede, onPick, ...shown }: ProteinFrameProps) {
  const { subject } = shown;
  const name = "accession" in subject ? subject.accession : subject.sequence;
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>{title}</h1>
          <p class="lede">{lede}</p>
        </div>
      </div>
      <ProteinPicker key={`picker ${name}`} subject={subject} onPick={onPick} />
      <Residues key={name} {...shown} />
    </div>
  );
}

function Residues({ subject, session, longest, children }: ResiduesProps) {
  const { value, error, reload } = useSequence(subject);
  if (value === null) {
    if (error === null) return <Loading>Looking up the residues …</Loading>;
    return <Fault subject="The protein" error={error} onRetry={reload} />;
  }
  const { residues, because } = longest;
  if (value.sequence.length > residues) {
    return <TooLong protein={value} longest={residues} because={because} session={session} />;
  }
  return <>{children(value)}</>;
}
