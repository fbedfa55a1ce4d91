/** Explore a protein: where each head looks, layers × heads, and one of them as near as one likes. */
import { useCallback } from "preact/hooks";
import { EXAMPLE_PROTEINS } from "../model/example-proteins.ts";
import { formatHead, type HeadPlace, headWithin, parseHead } from "../model/head-place.ts";
import { type ProteinSubject, subjectOf } from "../model/sequence-input.ts";
import { NoModel } from "../parts/no-model.tsx";
import { formatRoute, keepInAddress } from "../route.ts";
import type { Session } from "../session.ts";
import { ExploreMaps } from "./explore-maps.tsx";
import { ProteinFrame } from "./protein-frame.tsx";

const LEDE =
  "Attention maps, recovered from the features of the linear model, which never forms them itself. A row is the residue that looks, a column the residue looked at.";

interface ExploreViewProps {
  readonly query: URLSearchParams;
  readonly session: Session;
}

export function ExploreView({ query, session }: ExploreViewProps) {
  const { compute, model, models } = session;
  const subject = subjectOf(query, EXAMPLE_PROTEINS[0]);
  const name = JSON.stringify(subject);
  // `name` stands for the subject, which is a new object at each render
  const onHead = useCallback((place: HeadPlace | null) => show(JSON.parse(name), place), [name]);
  if (model === null) return <NoModel models={models} subject="attention maps" />;
  const head = headWithin(model.config, parseHead(query.get("head")));
  return (
    <ProteinFrame
      title="Explore a protein"
      lede={LEDE}
      subject={subject}
      onPick={(picked) => show(picked, head)}
      session={session}
      longest={compute.longest(model)}
    >
      {(protein) => (
        <ExploreMaps
          key={`${compute.place} ${model.name}`}
          protein={protein}
          compute={compute}
          model={model}
          head={head}
          onHead={onHead}
          part={query.get("part")}
          onPart={keepPart}
        />
      )}
    </ProteinFrame>
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
