/** The frame around the views: name, navigation, the served model, and the view that the address names. */

import { useEffect, useState } from "preact/hooks";
import { fetchModels } from "./api.ts";
import { modelOf } from "./model/model-choice.ts";
import { ModelPicker } from "./parts/model-picker.tsx";
import { formatRoute, type Route, type ViewName } from "./route.ts";
import { useResource } from "./use-resource.ts";
import { useRoute } from "./use-route.ts";
import { AttentionView } from "./views/attention-view.tsx";
import { ExperimentsView } from "./views/experiments-view.tsx";
import { SimilarityView } from "./views/similarity-view.tsx";
import { TrainingView } from "./views/training-view.tsx";

const TABS: readonly { readonly view: ViewName; readonly title: string }[] = [
  { view: "training", title: "Training" },
  { view: "attention", title: "Attention" },
  { view: "similarity", title: "Similarity" },
  { view: "experiments", title: "Experiments" },
];

/** New checkpoints of a run appear while it trains. */
const MODELS_REFRESH_MS = 15_000;

export function App() {
  const route = useRoute();
  const models = useResource(fetchModels, { key: "models", refreshMs: MODELS_REFRESH_MS });
  const [picked, pick] = usePick(route);
  const model = modelOf(models.value, picked);
  return (
    <>
      <button type="button" class="skip-link" onClick={skipToMain}>
        Skip to content
      </button>
      <header class="masthead">
        <a class="wordmark" href={formatRoute("training")}>
          <Mark />
          Performer
        </a>
        <nav aria-label="Views">
          <ul class="tabs">
            {TABS.map(({ view, title }) => (
              <li key={view}>
                <a href={formatRoute(view)} aria-current={view === route.view ? "page" : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <ModelPicker models={models} model={model} onPick={pick} />
      </header>
      <main id="main" tabIndex={-1}>
        {route.view === "training" && <TrainingView runId={route.item} />}
        {route.view === "attention" && (
          <AttentionView query={route.query} models={models} model={model} />
        )}
        {route.view === "similarity" && <SimilarityView models={models} model={model} />}
        {route.view === "experiments" && <ExperimentsView name={route.item} />}
      </main>
    </>
  );
}

/** The model that was picked, here or by an address with ?model=; it stays while views change. */
function usePick(route: Route): [string | null, (id: string) => void] {
  const addressed = route.query.get("model");
  const [picked, setPicked] = useState(addressed);
  useEffect(() => {
    if (addressed !== null) setPicked(addressed);
  }, [addressed]);
  const pick = (id: string) => {
    setPicked(id);
    // an address that names a model must not contradict the page
    if (addressed === null) return;
    const query = { ...Object.fromEntries(route.query), model: id };
    location.hash = formatRoute(route.view, route.item, query);
  };
  return [picked, pick];
}

/** A link to #main would be a route, so this is a button that moves the focus. */
function skipToMain(): void {
  document.getElementById("main")?.focus();
}

/** An attention map in five squares: diagonal and anti-diagonal. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
      <rect class="mark-ground" width="16" height="16" rx="3" />
      <path class="mark-strong" d="M4 4h2v2H4zM7 7h2v2H7zM10 10h2v2h-2z" />
      <path class="mark-faint" d="M10 4h2v2h-2zM4 10h2v2H4z" />
    </svg>
  );
}
