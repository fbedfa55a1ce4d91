/** What the model thinks of every substitution of a protein, and at what cost the question is asked. */
import type { ModelSummary, MutationMethod } from "@performer/schema";
import { useState } from "preact/hooks";
import { EXAMPLE_PROTEINS } from "../model/example-proteins.ts";
import { formatCount } from "../model/format.ts";
import { type ProteinSubject, subjectOf } from "../model/sequence-input.ts";
import { costOf } from "../model/substitutions.ts";
import { NoModel } from "../parts/no-model.tsx";
import { Fault, Loading } from "../parts/notice.tsx";
import { Progress } from "../parts/progress.tsx";
import { TooLong } from "../parts/too-long.tsx";
import { formatRoute } from "../route.ts";
import type { Session } from "../session.ts";
import { useAnswer } from "../use-answer.ts";
import { type NamedSequence, useSequence } from "../use-sequence.ts";
import { MutationMap } from "./mutation-map.tsx";
import { ProteinPicker } from "./protein-picker.tsx";

interface MutationsViewProps {
  readonly query: URLSearchParams;
  readonly session: Session;
}

export function MutationsView({ query, session }: MutationsViewProps) {
  const { model, models } = session;
  if (model === null) return <NoModel models={models} subject="scores of mutations" />;
  const subject = subjectOf(query, EXAMPLE_PROTEINS[0]);
  const method = methodOf(query, model);
  const name = "accession" in subject ? subject.accession : subject.sequence;
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>Mutations</h1>
          <p class="lede">
            For every substitution, the log-odds of the new residue against the wild type at its
            place: above zero (red) the model finds it likelier, below zero (blue) less likely. A
            language model of this size is a weak judge; its test perplexity stands beside its name.
          </p>
        </div>
      </div>
      <ProteinPicker
        key={`picker ${name}`}
        subject={subject}
        onPick={(picked) => show(picked, method)}
      />
      <Subject
        key={`${name} ${session.compute.place} ${model.name}`}
        subject={subject}
        method={method}
        session={session}
        model={model}
      />
    </div>
  );
}

interface SubjectProps {
  readonly subject: ProteinSubject;
  readonly method: MutationMethod;
  readonly session: Session;
  readonly model: ModelSummary;
}

function Subject({ subject, method, session, model }: SubjectProps) {
  const { value, error, reload } = useSequence(subject);
  if (value === null) {
    if (error === null) return <Loading>Looking up the residues …</Loading>;
    return <Fault subject="The protein" error={error} onRetry={reload} />;
  }
  // no position is hidden beyond what the model was made for: scores there would be guesses about guesses
  const { residues, because } = session.compute.longest(model);
  const longest = Math.min(residues, model.config.maxLength - 2);
  if (value.sequence.length > longest) {
    const why = longest < residues ? "the model was trained on no longer ones" : because;
    return <TooLong protein={value} longest={longest} because={why} session={session} />;
  }
  return (
    <>
      <section class="panel method">
        <fieldset class="choice">
          <legend>Method</legend>
          <MethodChoice
            value="single-pass"
            chosen={method}
            onChoose={() => show(subject, "single-pass")}
          >
            Single pass
          </MethodChoice>
          <MethodChoice
            value="masked-marginals"
            chosen={method}
            disabled={model.config.direction === "causal"}
            onChoose={() => show(subject, "masked-marginals")}
          >
            Masked marginals
          </MethodChoice>
        </fieldset>
        <p class="muted">{explain(value.sequence.length, method)}</p>
      </section>
      <Scored key={method} protein={value} method={method} session={session} model={model} />
    </>
  );
}

interface ScoredProps extends Omit<SubjectProps, "subject"> {
  readonly protein: NamedSequence;
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

interface MethodChoiceProps {
  readonly value: MutationMethod;
  readonly chosen: MutationMethod;
  readonly disabled?: boolean;
  readonly onChoose: () => void;
  readonly children: string;
}

function MethodChoice({ value, chosen, disabled, onChoose, children }: MethodChoiceProps) {
  return (
    <label>
      <input
        type="radio"
        name="method"
        value={value}
        checked={value === chosen}
        disabled={disabled}
        onChange={onChoose}
      />
      {children}
    </label>
  );
}

/** A causal model sees no hidden position: there is but one method for it. */
function methodOf(query: URLSearchParams, { config }: ModelSummary): MutationMethod {
  const asked = query.get("method") === "masked-marginals" && config.direction !== "causal";
  return asked ? "masked-marginals" : "single-pass";
}

function show(subject: ProteinSubject, method: MutationMethod): void {
  location.hash = formatRoute("mutations", null, { ...subject, method });
}
