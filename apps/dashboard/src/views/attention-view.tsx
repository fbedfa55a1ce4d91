/** Where each head looks: the maps of one protein, layers × heads, and one of them at full size. */
import type { ModelSummary } from "@performer/schema";
import { useCallback, useState } from "preact/hooks";
import { fetchAttention } from "../api.ts";
import { EXAMPLE_PROTEINS } from "../model/example-proteins.ts";
import { formatHead, type HeadPlace, headWithin, parseHead } from "../model/head-place.ts";
import type { AttentionSubject } from "../model/sequence-input.ts";
import { NoModel } from "../parts/no-model.tsx";
import { Fault, Loading } from "../parts/notice.tsx";
import { formatRoute } from "../route.ts";
import { type Resource, useResource } from "../use-resource.ts";
import { AttentionMaps } from "./attention-maps.tsx";
import { ProteinPicker } from "./protein-picker.tsx";

interface AttentionViewProps {
  readonly query: URLSearchParams;
  readonly models: Resource<ModelSummary[]>;
  readonly model: ModelSummary | null;
}

export function AttentionView({ query, models, model }: AttentionViewProps) {
  if (model === null) return <NoModel models={models} subject="attention maps" />;
  const subject = subjectOf(query);
  const head = parseHead(query.get("head"));
  const name = "accession" in subject ? subject.accession : subject.sequence;
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>Attention maps</h1>
          <p class="lede">
            Recovered from the features of the linear model, which never forms them itself. A row is
            the residue that looks, a column the residue looked at.
          </p>
        </div>
      </div>
      <ProteinPicker key={name} subject={subject} onPick={(picked) => show(picked, head)} />
      <SubjectMaps key={`${model.name} ${name}`} model={model.id} subject={subject} head={head} />
    </div>
  );
}

interface SubjectMapsProps {
  readonly model: string;
  readonly subject: AttentionSubject;
  readonly head: HeadPlace | null;
}

function SubjectMaps({ model, subject: asked, head }: SubjectMapsProps) {
  // the component is keyed by its subject, so the first one stays right and keeps its identity
  const [subject] = useState(asked);
  const onHead = useCallback((place: HeadPlace | null) => show(subject, place), [subject]);
  const { value, error, pending, reload } = useResource(
    (signal) => fetchAttention(subject, model, signal),
    { key: JSON.stringify([model, subject]) },
  );
  if (value !== null) {
    return <AttentionMaps response={value} head={headWithin(value, head)} onHead={onHead} />;
  }
  if (error !== null && !pending) {
    return <Fault subject="The attention maps" error={error} onRetry={reload} />;
  }
  return <Loading>Recovering the attention maps …</Loading>;
}

function subjectOf(query: URLSearchParams): AttentionSubject {
  const sequence = query.get("sequence");
  if (sequence) return { sequence };
  const accession = query.get("accession");
  return accession ? { accession } : EXAMPLE_PROTEINS[0].subject;
}

function show(subject: AttentionSubject, place: HeadPlace | null): void {
  const head: Record<string, string> = place ? { head: formatHead(place) } : {};
  location.hash = formatRoute("attention", null, { ...subject, ...head });
}
