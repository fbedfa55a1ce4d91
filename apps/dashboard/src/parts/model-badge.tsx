/** Which model answers the attention and similarity views. */
import type { ModelSummary } from "@performer/schema";
import { formatCompact, formatCount } from "../model/format.ts";
import type { Resource } from "../use-resource.ts";

export function ModelBadge({ models }: { models: Resource<ModelSummary[]> }) {
  const newest = models.value?.[0];
  return (
    <p class="model-badge" aria-live="polite">
      {newest ? <Served model={newest} /> : <span class="muted">{wordFor(models)}</span>}
    </p>
  );
}

function Served({ model }: { model: ModelSummary }) {
  const { config } = model;
  const { attention } = config;
  const kernel = attention.mechanism === "favor" ? attention.featureMap.kind : attention.mechanism;
  return (
    <>
      <span class="model-name" title={`Checkpoint ${model.name}`}>
        {model.name}
      </span>{" "}
      <span class="muted">
        step {formatCount(model.step)} · {formatCompact(model.parameterCount)} parameters ·{" "}
        {config.numLayers} × {config.numHeads} heads · {kernel}, {config.direction}
      </span>
    </>
  );
}

function wordFor(models: Resource<ModelSummary[]>): string {
  if (models.value !== null) return "No checkpoint yet";
  return models.error === null ? "Looking for a model …" : "API not reached";
}
