/** Which model answers, what is known of it, and which others there are. */
import type { ModelSummary } from "@performer/schema";
import { ApiError } from "../api.ts";
import { formatCompact, formatCount, formatPerplexity } from "../model/format.ts";
import { pickable } from "../model/model-choice.ts";
import type { Session } from "../session.ts";
import type { Resource } from "../use-resource.ts";

export function ModelPicker({ session }: { session: Session }) {
  const { models, model, pickModel } = session;
  if (model === null) {
    return (
      <p class="model-badge muted" aria-live="polite">
        {wordFor(models)}
      </p>
    );
  }
  const choices = pickable(models.value ?? []);
  return (
    <div class="model-badge">
      {choices.length > 1 ? (
        <label class="model-choice">
          <span class="muted">Model</span>
          <select value={model.id} onChange={(event) => pickModel(event.currentTarget.value)}>
            {choices.map((each) => (
              <option key={each.id} value={each.id}>
                {labelOf(each)}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <>
          <span class="model-name" title={`Checkpoint ${model.name}`}>
            {model.name}
          </span>
          {model.shipped && <span class="pill pill-finished">shipped</span>}
        </>
      )}
      <ModelFacts model={model} />
    </div>
  );
}

/** "5m, shipped" or "run demo, step 600". */
function labelOf({ id, step, shipped }: ModelSummary): string {
  return shipped ? `${id.replace("models/", "")}, shipped` : `run ${id}, step ${formatCount(step)}`;
}

function ModelFacts({ model }: { model: ModelSummary }) {
  const { config } = model;
  const { attention } = config;
  const kernel = attention.mechanism === "favor" ? attention.featureMap.kind : attention.mechanism;
  const facts = [
    // of a model that ships it counts the steps of its last run alone
    ...(model.shipped ? [] : [`step ${formatCount(model.step)}`]),
    `${formatCompact(model.parameterCount)} parameters`,
    `${config.numLayers} × ${config.numHeads} heads`,
    `${kernel}, ${config.direction}`,
  ];
  return (
    <p class="model-facts">
      <ModelFigure model={model} />
      <span class="muted">{facts.join(" · ")}</span>
    </p>
  );
}

/** What it scored where it was measured best: before it shipped, else during its run. */
function ModelFigure({ model: { figures, validation } }: { model: ModelSummary }) {
  if (figures) {
    return (
      <span title={`on ${figures.set}, measured before it shipped`}>
        perplexity {formatPerplexity(figures.perplexity)} on {setName(figures.set)}
      </span>
    );
  }
  return (
    validation && (
      <span title="on the run's validation set">
        perplexity {formatPerplexity(validation.perplexity)} on validation
      </span>
    )
  );
}

/** "uniref50-test" of "uniref50-test.fasta.gz". */
const setName = (file: string): string => file.replace(/\.(fasta|fa|faa)(\.(gz|zst))?$/, "");

function wordFor(models: Resource<ModelSummary[]>): string {
  if (models.value !== null) return "No checkpoint yet";
  if (models.error === null) return "Looking for a model …";
  return models.error instanceof ApiError && models.error.fault === "locked"
    ? "API key needed"
    : "API not reached";
}
