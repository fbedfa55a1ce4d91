/** The runs, newest first: a link each, with its progress and its validation perplexity. */
import type { RunSummary } from "@performer/schema";
import { formatPerplexity, formatTime } from "../model/format.ts";
import { StatusPill } from "../parts/status-pill.tsx";
import { formatRoute } from "../route.ts";

interface RunListProps {
  readonly runs: readonly RunSummary[];
  readonly selectedId: string;
  /** Runs beside the selected one. */
  readonly withIds: readonly string[];
}

/** Lines that are still told apart. */
const MOST_COMPARED = 4;

export function RunList({ runs, selectedId, withIds }: RunListProps) {
  const toggle = (id: string) => {
    const chosen = withIds.includes(id) ? withIds.filter((each) => each !== id) : [...withIds, id];
    location.hash = formatRoute(
      "runs",
      selectedId,
      chosen.length > 0 ? { with: chosen.join(",") } : {},
    );
  };
  return (
    <nav class="run-list panel" aria-label="Runs">
      <div class="run-list-head">
        <h2 class="panel-title">
          Runs <span class="muted">{runs.length}</span>
        </h2>
        <span class="muted">perplexity</span>
      </div>
      <ul>
        {runs.map((run) => (
          <li key={run.id}>
            <RunLink run={run} selected={run.id === selectedId} />
            {run.id !== selectedId && (
              <label class="run-compare">
                <input
                  type="checkbox"
                  checked={withIds.includes(run.id)}
                  disabled={!withIds.includes(run.id) && withIds.length >= MOST_COMPARED - 1}
                  onChange={() => toggle(run.id)}
                />
                compare<span class="visually-hidden"> {run.id}</span>
              </label>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

function RunLink({ run, selected }: { run: RunSummary; selected: boolean }) {
  const metrics = run.lastEvaluation ?? run.lastTraining;
  const progress = run.totalSteps > 0 ? run.step / run.totalSteps : 0;
  return (
    <a
      class="run-link"
      href={formatRoute("runs", run.id)}
      aria-current={selected ? "true" : undefined}
    >
      <span class="run-id">{run.id}</span>
      <span class="run-perplexity">{metrics ? formatPerplexity(metrics.perplexity) : "–"}</span>
      <StatusPill status={run.status} />
      <span class="run-time muted">{formatTime(run.startedAt)}</span>
      <span class="run-progress" style={{ "--share": progress }} aria-hidden="true" />
    </a>
  );
}
