/** The article's experiments done again: a list, and figures, verdicts and tables of one of them. */
import { loadExperiments } from "../experiments.ts";
import { Command, Fault, Loading, Notice } from "../parts/notice.tsx";
import { formatRoute } from "../route.ts";
import { useResource } from "../use-resource.ts";
import { Experiment } from "./experiment.tsx";

/** @param name null shows the first. */
export function ExperimentsView({ name }: { name: string | null }) {
  const experiments = useResource(loadExperiments, { key: "experiments" });
  if (experiments.value === null) {
    if (experiments.error === null) return <Loading>Reading the experiments …</Loading>;
    return (
      <Fault subject="The experiments" error={experiments.error} onRetry={experiments.reload} />
    );
  }
  const [first] = experiments.value;
  if (first === undefined) return <NoExperiment />;
  const shown =
    name === null ? first : experiments.value.find((experiment) => experiment.name === name);
  return (
    <div class="training">
      <nav class="run-list panel" aria-label="Experiments">
        <h2 class="panel-title">
          Experiments <span class="muted">{experiments.value.length}</span>
        </h2>
        <ul>
          {experiments.value.map((experiment) => (
            <li key={experiment.name}>
              <a
                class="run-link"
                href={formatRoute("experiments", experiment.name)}
                aria-current={experiment === shown ? "true" : undefined}
              >
                <span class="experiment-name">{experiment.title}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {shown ? <Experiment key={shown.name} report={shown} /> : <Unknown name={name ?? ""} />}
    </div>
  );
}

function NoExperiment() {
  return (
    <Notice title="No experiment yet">
      <p>An experiment writes its result to docs/experiments, from where the build takes it:</p>
      <Command>npm run experiment -- approximation</Command>
    </Notice>
  );
}

function Unknown({ name }: { name: string }) {
  return (
    <Notice kind="error" title={`No experiment is called ${name}`}>
      <p>Choose one from the list.</p>
    </Notice>
  );
}
