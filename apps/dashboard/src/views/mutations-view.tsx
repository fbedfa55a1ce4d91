/** What the model thinks of every substitution of a protein, and at what cost the question is asked. */
import type { ModelSummary, MutationMethod } from "@performer/schema";
import { useState } from "preact/hooks";
import { EXAMPLE_PROTEINS } from "../model/example-proteins.ts";
import { formatCount } from "../model/format.ts";
import { type ProteinSubject, subjectOf } from "../model/sequence-input.ts";
import { costOf } from "../model/substitutions.ts";
import { NoModel } from "../parts/no-model.tsx";
import { Fault } from "../parts/notice.tsx";
import { Progress } from "../parts/progress.tsx";
import { RadioGroup } from "../parts/radio-group.tsx";
import { formatRoute } from "../route.ts";
import type { Session } from "../session.ts";
import { useAnswer } from "../use-answer.ts";
import type { NamedSequence } from "../use-sequence.ts";
import { MutationMap } from "./mutation-map.tsx";
import { ProteinFrame } from "./protein-frame.tsx";

const LEDE =
  "For every substitution, the log-odds of the new residue against the wild type at its place: above zero (red) the model finds it likelier, below zero (blue) less likely. A language model of this size is a weak judge; its test perplexity stands beside its name.";

interface MutationsViewProps {
  readonly query: URLSearchParams;
  readonly session: Session;
}

export function MutationsView({ query, session }: MutationsViewProps) {
  const { model, models } = session;
  if (model === null) return <NoModel models={models} subject="scores of mutations" />;
  const subject = subjectOf(query, EXAMPLE_PROTEINS[0]);
  const method = methodOf(query, model);
  return (
    <ProteinFrame
      title="Mutations"
      lede={LEDE}
      subject={subject}
      onPick={(picked) => show(picked, method)}
      session={session}
      longest={longestScored(session, model)}
    >
      {(protein) => (
        <ByMethod
          key={`${session.compute.place} ${model.name}`}
          protein={protein}
          method={method}
          onMethod={(chosen) => show(subject, chosen)}
          session={session}
          model={model}
        />
      )}
    </ProteinFrame>
  );
}

/** No position is hidden beyond what the model was made for: scores there would be guesses about guesses. */
function longestScored({ compute }: Session, model: ModelSummary) {
  const taken = compute.longest(model);
  const trained = model.config.maxLength - 2;
  if (trained >= taken.residues) return taken;
  return { residues: trained, because: "the model was trained on no longer ones" };
}

interface ScoredProps {
  readonly protein: NamedSequence;
  readonly method: MutationMethod;
  readonly session: Session;
  readonly model: ModelSummary;
}

interface ByMethodProps extends ScoredProps {
  readonly onMethod: (method: MutationMethod) => void;
}

function ByMethod({ onMethod, ...scored }: ByMethodProps) {
  const { protein, method, model } = scored;
  return (
    <>
      <section class="panel method">
        <RadioGroup
          look="choice"
          legend="Method"
          name="method"
          labels={{ "single-pass": "Single pass", "masked-marginals": "Masked marginals" }}
          chosen={method}
          disabled={model.config.direction === "causal" ? ["masked-marginals"] : []}
          onChoose={onMethod}
        />
        <p class="muted">{explain(protein.sequence.length, method)}</p>
      </section>
      <Scored key={method} {...scored} />
    </>
  );
}

/** The cheap method answers at once; the dear one when it is asked to. */
function Scored({ protein, method, session, model }: ScoredProps) {
  const [wanted, setWanted] = useState(method === "single-pass");
  if (wanted) return <Scores protein={protein} method={method} session={session} model={model} />;
  const { passes, residues } = costOf(protein.sequence.length, method);
  return (
    <section class="panel ask">
      <p>
        {formatCount(passes)} passes, {formatCount(residues)} residues through the model.
      </p>
      <button type="button" class="primary" onClick={() => setWanted(true)}>
        Compute {session.page ? "in this page" : "on the server"}
      </button>
    </section>
  );
}

function Scores({ protein, method, session: { compute }, model }: ScoredProps) {
  const { value, error, pending, progress, reload } = useAnswer(
    (ask) => compute.mutations({ model: model.id, sequence: protein.sequence, method }, ask),
    method,
  );
  if (value !== null) return <MutationMap protein={protein} scores={value} />;
  if (error !== null && !pending) {
    return <Fault subject="The scores" error={error} onRetry={reload} />;
  }
  return <Progress progress={progress}>Scoring the substitutions …</Progress>;
}

function explain(length: number, method: MutationMethod): string {
  const { passes } = costOf(length, method);
  switch (method) {
    case "single-pass":
      return "One pass over the protein as it is: at once, but the model sees the wild type that it judges.";
    case "masked-marginals":
      return `Each position hidden in turn (Meier et al. 2021): ${formatCount(passes)} passes, and the model must guess.`;
    default:
      return method satisfies never;
  }
}

/** A causal model sees no hidden position: there is but one method for it. */
function methodOf(query: URLSearchParams, { config }: ModelSummary): MutationMethod {
  const asked = query.get("method") === "masked-marginals" && config.direction !== "causal";
  return asked ? "masked-marginals" : "single-pass";
}

function show(subject: ProteinSubject, method: MutationMethod): void {
  location.hash = formatRoute("mutations", null, { ...subject, method });
}
