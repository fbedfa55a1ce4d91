/** The frame around the views: name, navigation, the served model, and the view that the address names. */
import { fetchModels } from "./api.ts";
import { ModelBadge } from "./parts/model-badge.tsx";
import { formatRoute, type ViewName } from "./route.ts";
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

/** New checkpoints appear under the same name or a new one; the badge tells which is served. */
const MODELS_REFRESH_MS = 15_000;

export function App() {
  const route = useRoute();
  const models = useResource(fetchModels, { key: "models", refreshMs: MODELS_REFRESH_MS });
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
        <ModelBadge models={models} />
      </header>
      <main id="main" tabIndex={-1}>
        {route.view === "training" && <TrainingView runId={route.item} />}
        {route.view === "attention" && <AttentionView query={route.query} models={models} />}
        {route.view === "similarity" && <SimilarityView models={models} />}
        {route.view === "experiments" && <ExperimentsView name={route.item} />}
      </main>
    </>
  );
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
