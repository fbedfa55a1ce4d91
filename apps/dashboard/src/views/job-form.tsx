/** A FASTA file or text for a bulk job, and what is wanted of it. */
import type { ModelSummary } from "@performer/schema";
import { useState } from "preact/hooks";
import { sendJob } from "../jobs-api.ts";
import { readJobForm } from "../model/job-question.ts";
import { modelOf, pickable } from "../model/model-choice.ts";
import { NoModel } from "../parts/no-model.tsx";
import type { Resource } from "../use-resource.ts";

interface JobFormProps {
  readonly models: Resource<ModelSummary[]>;
  /** Chosen above the views; where the server has it not, its default. */
  readonly modelId: string | null;
  readonly onSent: () => void;
}

export function JobForm({ models, modelId, onSent }: JobFormProps) {
  const [picked, pick] = useState<string | null>(null);
  const model = modelOf(models.value, picked ?? modelId);
  if (model === null) return <NoModel models={models} subject="embeddings" />;
  return <Fields models={models.value ?? []} model={model} onModel={pick} onSent={onSent} />;
}

interface FieldsProps {
  readonly models: readonly ModelSummary[];
  readonly model: ModelSummary;
  readonly onModel: (id: string) => void;
  readonly onSent: () => void;
}

type Sending =
  | { readonly state: "not yet" | "under way" | "sent" }
  | { readonly state: "refused"; readonly why: string };

function Fields({ models, model, onModel, onSent }: FieldsProps) {
  const [sending, setSending] = useState<Sending>({ state: "not yet" });
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const question = readJobForm(new FormData(form));
    if ("fault" in question) {
      setSending({ state: "refused", why: question.fault });
      return;
    }
    setSending({ state: "under way" });
    try {
      // a reader who looks at another view meanwhile still wants it sent
      await sendJob(question, new AbortController().signal);
      for (const name of ["fasta", "file"]) clear(form, name);
      setSending({ state: "sent" });
      onSent();
    } catch (error) {
      setSending({ state: "refused", why: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <form class="panel job-form" aria-label="New job" onSubmit={submit}>
      <label class="field job-text">
        <span>Proteins, FASTA</span>
        <textarea
          name="fasta"
          rows={3}
          placeholder={">first protein\nMKTAYIAKQR…\n>second protein\n…"}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label class="field job-file">
        <span>or a file, plain, .gz or .zst</span>
        <input type="file" name="file" accept=".fasta,.fa,.faa,.gz,.zst,.txt" />
      </label>
      <label class="field">
        <span>Model</span>
        <select
          name="model"
          value={model.id}
          onChange={(event) => onModel(event.currentTarget.value)}
        >
          {pickable(models).map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Vectors</span>
        <select name="include">
          <option value="mean">mean of each protein</option>
          <option value="residues">every residue</option>
          <option value="both">every residue and their mean</option>
        </select>
      </label>
      <label class="field">
        <span>Layer</span>
        <select key={model.id} name="layer">
          <option value="">last, behind the final norm</option>
          {Array.from({ length: model.config.numLayers }, (_, layer) => (
            <option key={layer} value={layer}>
              {layer === 0 ? "0, the embedded residues" : layer}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary" disabled={sending.state === "under way"}>
        {sending.state === "under way" ? "Sending …" : "Embed"}
      </button>
      <Outcome sending={sending} />
    </form>
  );
}

function Outcome({ sending }: { sending: Sending }) {
  switch (sending.state) {
    case "refused":
      return (
        <p class="fault" role="alert">
          {sending.why}
        </p>
      );
    case "sent":
      return (
        <p class="muted job-sent" role="status">
          Sent; it is the first below.
        </p>
      );
    case "not yet":
    case "under way":
      return null;
    default:
      return sending satisfies never;
  }
}

/** Text and file go, the choices stay for the next. */
function clear(form: HTMLFormElement, name: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = "";
}
