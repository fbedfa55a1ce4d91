/** The frame around the views: name, navigation, who computes with which model, and the view of the address. */
import { useEffect, useRef } from "preact/hooks";
import { lazyView } from "./parts/lazy-view.tsx";
import { ModelPicker } from "./parts/model-picker.tsx";
import { PlacePicker } from "./parts/place-picker.tsx";
import { formatRoute, type Route, type ViewName } from "./route.ts";
import { type Session, useSession } from "./session.ts";
import { hasServer } from "./site.ts";
import { useRoute } from "./use-route.ts";

const EmbeddingsView = lazyView(
  "Embeddings",
  async () => (await import("./views/embeddings-view.tsx")).EmbeddingsView,
);
const ExperimentsView = lazyView(
  "Experiments",
  async () => (await import("./views/experiments-view.tsx")).ExperimentsView,
);
const ExploreView = lazyView(
  "Explore",
  async () => (await import("./views/explore-view.tsx")).ExploreView,
);
const JobsView = lazyView("Jobs", async () => (await import("./views/jobs-view.tsx")).JobsView);
const ModelView = lazyView("Model", async () => (await import("./views/model-view.tsx")).ModelView);
const MutationsView = lazyView(
  "Mutations",
  async () => (await import("./views/mutations-view.tsx")).MutationsView,
);
const RunsView = lazyView("Runs", async () => (await import("./views/runs-view.tsx")).RunsView);
const SimilarityView = lazyView(
  "Similarity",
  async () => (await import("./views/similarity-view.tsx")).SimilarityView,
);

interface Tab {
  readonly view: ViewName;
  readonly title: string;
  /** Whether it asks the model, wherever that runs. */
  readonly computes: boolean;
  /** Whether a page without a server has nothing to show there. */
  readonly needsServer?: true;
}

const TABS: readonly Tab[] = [
  { view: "runs", title: "Runs", computes: false, needsServer: true },
  { view: "explore", title: "Explore", computes: true },
  { view: "mutations", title: "Mutations", computes: true },
  { view: "embeddings", title: "Embeddings", computes: true },
  { view: "jobs", title: "Jobs", computes: false, needsServer: true },
  { view: "similarity", title: "Similarity", computes: false },
  { view: "model", title: "Model", computes: false },
  { view: "experiments", title: "Experiments", computes: false },
];

export function App() {
  // without a server there are no runs to begin with
  const first: ViewName = hasServer() ? "runs" : "explore";
  const route = useRoute(first);
  const session = useSession(route);
  const navigation = useRef<HTMLElement>(null);
  // on a narrow page the tabs are one line that scrolls
  useEffect(() => {
    navigation.current
      ?.querySelector("[aria-current]")
      ?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [route.view]);
  const tabs = session.hasServer ? TABS : TABS.filter(({ needsServer }) => !needsServer);
  return (
    <>
      <button type="button" class="skip-link" onClick={skipToMain}>
        Skip to content
      </button>
      <header class="masthead">
        <a class="wordmark" href={formatRoute(first)}>
          <Mark />
          Performer
        </a>
        <nav aria-label="Views" ref={navigation}>
          <ul class="tabs">
            {tabs.map(({ view, title }) => (
              <li key={view}>
                <a href={formatRoute(view)} aria-current={view === route.view ? "page" : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="session">
          <PlacePicker
            session={session}
            active={TABS.some(({ view, computes }) => view === route.view && computes)}
          />
          <ModelPicker session={session} />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <View route={route} session={session} />
      </main>
    </>
  );
}

function View({ route, session }: { route: Route; session: Session }) {
  switch (route.view) {
    case "runs":
      return <RunsView runId={route.item} query={route.query} hasServer={session.hasServer} />;
    case "explore":
      return <ExploreView query={route.query} session={session} />;
    case "mutations":
      return <MutationsView query={route.query} session={session} />;
    case "embeddings":
      return <EmbeddingsView query={route.query} session={session} />;
    case "jobs":
      return <JobsView session={session} />;
    case "similarity":
      return <SimilarityView query={route.query} session={session} />;
    case "model":
      return <ModelView session={session} />;
    case "experiments":
      return <ExperimentsView name={route.item} />;
    default:
      return route.view satisfies never;
  }
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
