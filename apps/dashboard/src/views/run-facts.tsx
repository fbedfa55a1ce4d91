/** What is known of a run besides its curves. */
import { formatCount, formatTime } from "../model/format.ts";
import type { RunSeries, StartEvent } from "../model/run-series.ts";

interface RunFactsProps {
  readonly start: StartEvent;
  readonly series: RunSeries;
}

export function RunFacts({ start, series }: RunFactsProps) {
  const latest = series.steps.at(-1);
  return (
    <section class="panel">
      <h2 class="panel-title">About this run</h2>
      <dl class="facts">
        <dt>Started</dt>
        <dd>{formatTime(start.time)}</dd>
        {start.resumedFrom > 0 && (
          <>
            <dt>Resumed from</dt>
            <dd>step {formatCount(start.resumedFrom)}</dd>
          </>
        )}
        <dt>Parameters</dt>
        <dd>{formatCount(start.parameterCount)}</dd>
        <dt>Backend</dt>
        <dd>{start.backend}</dd>
        <dt>Newest checkpoint</dt>
        <dd>{series.checkpoint?.name ?? "none yet"}</dd>
        {latest && (
          <>
            <dt>Learning rate</dt>
            <dd>{latest.learningRate.toExponential(2)}</dd>
          </>
        )}
        <dt>Baseline</dt>
        <dd>
          residue frequencies of the training set, scored on the validation set: perplexity{" "}
          {start.baseline.perplexity.toFixed(2)}
        </dd>
      </dl>
    </section>
  );
}
