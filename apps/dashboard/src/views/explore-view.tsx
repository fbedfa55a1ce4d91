/** Explore a protein: where each head looks, layers × heads, and one of them as near as one likes. */
import type { ModelSummary } from "@performer/schema";
import { useCallback } from "preact/hooks";
import { EXAMPLE_PROTEINS } from "../model/example-proteins.ts";
import { formatHead, type HeadPlace, headWithin, parseHead } from "../model/head-place.ts";
import { type ProteinSubject, subjectOf } from "../model/sequence-input.ts";
import { NoModel } from "../parts/no-model.tsx";
import { Fault, Loading } from "../parts/notice.tsx";
import { TooLong } from "../parts/too-long.tsx";
import { formatRoute, keepInAddress } from "../route.ts";
import type { Session } from "../session.ts";
import { useSequence } from "../use-sequence.ts";
import { ExploreMaps } from "./explore-maps.tsx";
import { ProteinPicker } from "./protein-picker.tsx";

interface ExploreViewProps {
  readonly query: URLSearchParams;
  readonly session: Session;
}

export function ExploreView({ query, session }: ExploreViewProps) {
  const { model, models } = session;
  if (model === null) return <NoModel models={models} subject="attention maps" />;
  const subject = subjectOf(query, EXAMPLE_PROTEINS[0]);
  const name = "accession" in subject ? subject.accession : subject.sequence;
  const head = headWithin(model.config, parseHead(query.get("head")));
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>Explore a protein</h1>
          <p class="lede">
            Attention maps, recovered from the features of the linear model, which never forms them
            itself. A row is the residue that looks, a column the residue looked at.
          </p>
        </div>
      </div>
      <ProteinPicker
        key={`picker ${name}`}
        subject={subject}
        onPick={(picked) => show(picked, head)}
      />
      <Subject
        key={name}
        subject={subject}
        session={session}
        model={model}
        head={head}
        part={query.get("part")}
      />
    </div>
  );
}

interface SubjectProps {
  readonly subject: ProteinSubject;
  readonly session: Session;
  readonly model: ModelSummary;
  readonly head: HeadPlace | null;
  readonly part: string | null;
}

function Subject({ subject, session, model, head, part }: SubjectProps) {
  const { value, error, reload } = useSequence(subject);
  const name = JSON.stringify(subject);
  // `name` stands for the subject, which is a new object at each render
  const onHead = useCallback((place: HeadPlace | null) => show(JSON.parse(name), place), [name]);
  if (value === null) {
    if (error === null) return <Loading>Looking up the residues …</Loading>;
    return <Fault subject="The protein" error={error} onRetry={reload} />;
  }
  const { residues, because } = session.compute.longest(model);
  if (value.sequence.length > residues) {
    return <TooLong protein={value} longest={residues} because={because} session={session} />;
  }
  return (
    <ExploreMaps
      key={`${session.compute.place} ${model.name}`}
      protein={value}
      compute={session.compute}
      model={model}
      head={head}
      onHead={onHead}
      part={part}
      onPart={keepPart}
    />
  );
}

function show(subject: ProteinSubject, place: HeadPlace | null): void {
  const head: Record<string, string> = place ? { head: formatHead(place) } : {};
  const named =
    "sequence" in subject ? { sequence: subject.sequence } : { accession: subject.accession };
  location.hash = formatRoute("explore", null, { ...named, ...head });
}

/** A step of the wheel is no step of the history. */
const keepPart = (part: string | null): void => keepInAddress({ part });
