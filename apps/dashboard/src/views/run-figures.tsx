/** The figures of a run at its latest event, each beside what it is measured against. */

import { formatCount, formatDuration, formatPerplexity, formatShare } from "../model/format.ts";
import type { RunSeries } from "../model/run-series.ts";
import type { RunStatus } from "../model/run-status.ts";
import { KeyFigure, KeyFigures } from "../parts/key-figures.tsx";

export function RunFigures({ series, status }: { series: RunSeries; status: RunStatus }) {
  const { start, steps, evaluations } = series;
  const latest = steps.at(-1);
  const scored = evaluations.at(-1) ?? latest;
  const baseline = start?.baseline;
  const split = evaluations.length > 0 ? "validation" : "training";
  const done = latest?.step ?? start?.step ?? 0;
  return (
    <KeyFigures>
      <KeyFigure
        label={`Perplexity, ${split}`}
        value={scored ? formatPerplexity(scored.metrics.perplexity) : "–"}
        note={baseline && `baseline ${formatPerplexity(baseline.perplexity)}`}
        tone={toneOf(scored && baseline && baseline.perplexity - scored.metrics.perplexity)}
      />
      <KeyFigure
        label={`Accuracy, ${split}`}
        value={scored ? formatShare(scored.metrics.accuracy) : "–"}
        note={baseline && `baseline ${formatShare(baseline.accuracy)}`}
        tone={toneOf(scored && baseline && scored.metrics.accuracy - baseline.accuracy)}
      />
      <KeyFigure
        label="Step"
        value={formatCount(done)}
        note={start && <Progress done={done} total={start.totalSteps} />}
      />
      <KeyFigure
        label="Tokens a second"
        value={latest ? formatCount(latest.tokensPerSecond) : "–"}
        note={start?.backend}
      />
      <KeyFigure
        label={status === "running" ? "Time left" : "Time taken"}
        value={timeFigure(series, status)}
        note={
          series.checkpoint
            ? `saved at ${formatCount(series.checkpoint.step)}`
            : "nothing saved yet"
        }
      />
      <KeyFigure
        label="Gradient norm"
        value={latest ? latest.gradientNorm.toPrecision(3) : "–"}
        note="before clipping"
      />
    </KeyFigures>
  );
}

function toneOf(advantage: number | undefined): "better" | "worse" | "plain" {
  if (advantage === undefined || advantage === 0) return "plain";
  return advantage > 0 ? "better" : "worse";
}

function timeFigure({ start, steps, end }: RunSeries, status: RunStatus): string {
  const latest = steps.at(-1);
  if (status === "running") return latest ? formatDuration(latest.secondsLeft) : "–";
  const finish = end ?? latest;
  if (!start || !finish) return "–";
  return formatDuration((Date.parse(finish.time) - Date.parse(start.time)) / 1000);
}

function Progress({ done, total }: { done: number; total: number }) {
  return (
    <>
      of {formatCount(total)}
      <progress aria-label="Steps done" max={total} value={done} />
    </>
  );
}
