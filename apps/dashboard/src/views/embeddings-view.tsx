/** A set of proteins as points: mean embeddings, projected on their two principal components. */
import type { ModelSummary } from "@performer/schema";
import { useState } from "preact/hooks";
import { formatCount } from "../model/format.ts";
import { type ProteinSet, readProteinSet } from "../model/protein-set.ts";
import { NoModel } from "../parts/no-model.tsx";
import { Fault, Loading, Notice } from "../parts/notice.tsx";
import { Progress } from "../parts/progress.tsx";
import { formatRoute } from "../route.ts";
import type { Session } from "../session.ts";
import { fetchBeside } from "../site.ts";
import { useAnswer } from "../use-answer.ts";
import { useResource } from "../use-resource.ts";
import { EmbeddingMap } from "./embedding-map.tsx";
import { SetForm } from "./set-form.tsx";

interface EmbeddingsViewProps {
  readonly query: URLSearchParams;
  readonly session: Session;
}

/** A text or file of the reader's own, numbered so that the same name is read anew. */
export interface OwnSet {
  readonly round: number;
  readonly source: string | Blob;
}

export function EmbeddingsView({ query, session }: EmbeddingsViewProps) {
  const { model, models } = session;
  const [own, setOwn] = useState<OwnSet | null>(null);
  if (model === null) return <NoModel models={models} subject="embeddings" />;
  const sample = query.get("set") === "sample";
  const pick = (source: string | Blob) => {
    setOwn({ round: (own?.round ?? 0) + 1, source });
    if (sample) location.hash = formatRoute("embeddings");
  };
  const openSample = () => {
    setOwn(null);
    location.hash = formatRoute("embeddings", null, { set: "sample" });
  };
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>Embeddings</h1>
          <p class="lede">
            Each protein as the mean of its residues' final hidden states, and all of them on the
            two directions in which they differ most. Near points are alike to the model.
          </p>
        </div>
      </div>
      <SetForm onSet={pick} onSample={openSample} />
      {own || sample ? (
        <TheSet
          key={`${own?.round ?? "sample"} ${session.compute.place} ${model.name}`}
          own={sample ? null : own}
          session={session}
          model={model}
          query={query}
        />
      ) : (
        <Notice title="No proteins yet">
          <p>Paste or open a FASTA file with two proteins or more, or take the bundled sample.</p>
        </Notice>
      )}
    </div>
  );
}

interface TheSetProps {
  /** null: the bundled sample. */
  readonly own: OwnSet | null;
  readonly session: Session;
  readonly model: ModelSummary;
  /** Of the address: how the points were coloured by who sent it. */
  readonly query: URLSearchParams;
}

function TheSet({ own, session, model, query }: TheSetProps) {
  const longest = Math.min(session.compute.longest(model).residues, model.config.maxLength - 2);
  const { value, error, reload } = useResource(
    async (signal) => {
      const source = own?.source ?? (await (await fetchBeside("data/sample.fasta", signal)).text());
      return readProteinSet(source, { longest });
    },
    { key: "set" },
  );
  if (value === null) {
    if (error === null) return <Loading>Reading the proteins …</Loading>;
    return <Fault subject="The proteins" error={error} onRetry={reload} />;
  }
  return (
    <>
      {value.leftOut.length > 0 && (
        <p class="banner" role="status">
          Left out: {value.leftOut.join("; ")}.
        </p>
      )}
      {value.proteins.length < 2 ? (
        <Notice kind="error" title="Too few proteins">
          <p>
            A projection needs two proteins or more; the text holds{" "}
            {formatCount(value.proteins.length)}. Each begins with a line of “&gt;” and a name.
          </p>
        </Notice>
      ) : (
        <Embedded set={value} session={session} model={model} query={query} />
      )}
    </>
  );
}

interface EmbeddedProps extends Omit<TheSetProps, "own"> {
  readonly set: ProteinSet;
}

function Embedded({ set, session: { compute }, model, query }: EmbeddedProps) {
  const { value, error, pending, progress, reload } = useAnswer(
    (ask) =>
      compute.embeddings(
        { model: model.id, sequences: set.proteins.map(({ sequence }) => sequence) },
        ask,
      ),
    "embeddings",
  );
  if (value !== null) return <EmbeddingMap set={set} embeddings={value} query={query} />;
  if (error !== null && !pending) {
    return <Fault subject="The embeddings" error={error} onRetry={reload} />;
  }
  return <Progress progress={progress}>Embedding the proteins …</Progress>;
}
