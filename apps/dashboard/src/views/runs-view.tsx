/** How training goes: the runs, and the curves and figures of one of them while it trains. */
import { type CurveMetric, csvText, lineChart, pictureSvg } from "@performer/charts";
import type { RunSummary } from "@performer/schema";
import { useEffect } from "preact/hooks";
import { fetchRuns } from "../api.ts";
import { CURVE_COLUMNS, comparedCurves, comparedTop, curveRows } from "../model/compared-curves.ts";
import { formatPerplexity, formatShare } from "../model/format.ts";
import type { RunSeries } from "../model/run-series.ts";
import { statusOf } from "../model/run-status.ts";
import { Lost } from "../parts/lost.tsx";
import { NoServer } from "../parts/no-server.tsx";
import { Command, Fault, Loading, Notice } from "../parts/notice.tsx";
import { SaveButtons } from "../parts/picture.tsx";
import { RunCurves } from "../parts/run-curves.tsx";
import { StatusPill } from "../parts/status-pill.tsx";
import type { StreamState } from "../run-stream.ts";
import { useResource } from "../use-resource.ts";
import { useRun } from "../use-run.ts";
import { ComparedRuns } from "./compared-runs.tsx";
import { EvaluationTable } from "./evaluation-table.tsx";
import { RunFacts } from "./run-facts.tsx";
import { RunFigures } from "./run-figures.tsx";
import { RunList } from "./run-list.tsx";
import { WorkersTable } from "./workers-table.tsx";

/** That of `trainingCurves`. */
const CURVES_SMOOTHING = 0.9;
/** A run that starts while the page is open should be seen soon. */
const RUNS_REFRESH_MS = 5_000;

interface RunsViewProps {
  /** null shows the newest run. */
  readonly runId: string | null;
  readonly query: URLSearchParams;
  readonly hasServer: boolean;
}

export function RunsView({ hasServer, ...props }: RunsViewProps) {
  if (hasServer) return <ServerRuns {...props} />;
  return <NoServer title="Runs are followed through a server" machine="that trains" />;
}

function ServerRuns({ runId, query }: Omit<RunsViewProps, "hasServer">) {
  const runs = useResource(fetchRuns, { key: "runs", refreshMs: RUNS_REFRESH_MS });
  if (runs.value === null) {
    if (runs.error === null) return <Loading>Looking for runs …</Loading>;
    return <Fault subject="The runs" error={runs.error} onRetry={runs.reload} />;
  }
  const shownId = runId ?? runs.value[0]?.id;
  if (shownId === undefined) return <NoRun />;
  const withIds = (query.get("with") ?? "").split(",").filter((id) => id !== "" && id !== shownId);
  return (
    <div class="training">
      <RunList runs={runs.value} selectedId={shownId} withIds={withIds} />
      <div class="view">
        {runs.error !== null && <Lost />}
        {withIds.length > 0 && <ComparedRuns ids={[shownId, ...withIds]} runs={runs.value} />}
        <RunDetail
          key={shownId}
          runId={shownId}
          listed={runs.value.find((run) => run.id === shownId) ?? null}
        />
      </div>
    </div>
  );
}

function NoRun() {
  return (
    <Notice title="No run yet">
      <p>Train a small model on the bundled proteins; its curves appear here while it trains:</p>
      <Command>npm run performer -- train configs/demo.json</Command>
      <p>Your own proteins and sizes:</p>
      <Command>npm run performer -- train --help</Command>
    </Notice>
  );
}

function RunDetail({ runId, listed }: { runId: string; listed: RunSummary | null }) {
  const { series, stream } = useRun(runId, listed);
  const status = statusOf(series, listed);
  useTitleOf(series.evaluations.at(-1) ?? series.steps.at(-1));

  if (series.start === null) {
    if (listed === null || stream === "failed") return <UnknownRun runId={runId} />;
    return <Loading>{waitingFor(stream)}</Loading>;
  }
  return (
    <>
      <div class="view-head">
        <h1 class="run-heading">
          {runId} <StatusPill status={status} />
        </h1>
        <p class="muted stream-state" data-stream={stream}>
          {lineFor(stream)}
        </p>
      </div>
      {series.end?.message && <p class="banner">{series.end.message}</p>}
      <RunFigures series={series} status={status} />
      <div class="curve-pair">
        <section class="panel">
          <h2 class="panel-title">Perplexity</h2>
          <RunCurves series={series} metric="perplexity" />
          <SaveCurves runId={runId} series={series} metric="perplexity" />
        </section>
        <section class="panel">
          <h2 class="panel-title">Accuracy</h2>
          <RunCurves series={series} metric="accuracy" />
          <SaveCurves runId={runId} series={series} metric="accuracy" />
        </section>
      </div>
      <div class="split">
        <EvaluationTable evaluations={series.evaluations} />
        <RunFacts start={series.start} series={series} />
      </div>
      <WorkersTable steps={series.steps} />
    </>
  );
}

/** What is drawn live on a canvas, as a file: the same smoothing, in SVG. */
function SaveCurves({
  runId,
  series,
  metric,
}: {
  runId: string;
  series: RunSeries;
  metric: CurveMetric;
}) {
  const run = [{ id: runId, series }];
  const data = comparedCurves(run, metric, CURVES_SMOOTHING);
  if (data === null) return null;
  const draw = () =>
    lineChart(data, {
      document,
      title: `${runId}: ${metric}`,
      xTitle: "step",
      yTitle: metric,
      yTop: comparedTop(run, metric),
      background: "white",
    });
  return (
    <SaveButtons
      name={`${runId} ${metric}`}
      svg={() => pictureSvg(draw(), window)}
      csv={() => csvText(CURVE_COLUMNS, curveRows(run))}
    />
  );
}

function UnknownRun({ runId }: { runId: string }) {
  return (
    <Notice kind="error" title={`No run is called ${runId}`}>
      <p>It may have been deleted or renamed. Choose one from the list of runs.</p>
    </Notice>
  );
}

const waitingFor = (stream: StreamState): string =>
  stream === "reconnecting" ? "The line is lost, trying again …" : "Reading the run's events …";

function lineFor(stream: StreamState): string {
  switch (stream) {
    case "connecting":
      return "connecting …";
    case "live":
      return "live";
    case "reconnecting":
      return "line lost, trying again …";
    case "closed":
      return "complete";
    case "failed":
      return "line lost, reload to try again";
    default:
      return stream satisfies never;
  }
}

/** The latest figures in the tab's title, to be seen from other tabs. */
function useTitleOf(
  latest: { step: number; metrics: { perplexity: number; accuracy: number } } | undefined,
): void {
  useEffect(() => {
    if (latest === undefined) return;
    const { perplexity, accuracy } = latest.metrics;
    document.title = `${formatPerplexity(perplexity)} · ${formatShare(accuracy)} – Performer`;
    return () => {
      document.title = "Performer";
    };
  }, [latest]);
}
