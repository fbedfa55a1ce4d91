/** The evaluations as numbers: what the curves show, for reading off and for screen readers. */

import { formatCount, formatPerplexity, formatShare } from "../model/format.ts";
import type { EvaluationEvent } from "../model/run-series.ts";

const SHOWN = 10;

export function EvaluationTable({ evaluations }: { evaluations: readonly EvaluationEvent[] }) {
  if (evaluations.length === 0) return null;
  const best = Math.min(...evaluations.map((event) => event.metrics.perplexity));
  const latest = evaluations.slice(-SHOWN).reverse();
  return (
    <section class="panel">
      <h3 class="panel-title">
        Evaluations <span class="muted">{caption(evaluations)}</span>
      </h3>
      <div class="table-frame">
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Perplexity</th>
              <th scope="col">Loss, nats</th>
              <th scope="col">Accuracy</th>
            </tr>
          </thead>
          <tbody>
            {latest.map(({ step, metrics }) => (
              <tr key={step} class={metrics.perplexity === best ? "best" : undefined}>
                <td>{formatCount(step)}</td>
                <td>
                  {formatPerplexity(metrics.perplexity)}
                  {metrics.perplexity === best && <span class="best-mark"> best</span>}
                </td>
                <td>{metrics.loss.toFixed(4)}</td>
                <td>{formatShare(metrics.accuracy)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function caption(evaluations: readonly EvaluationEvent[]): string {
  const positions = evaluations.at(-1)?.metrics.weightSum ?? 0;
  const count =
    evaluations.length > SHOWN
      ? `the latest ${SHOWN} of ${evaluations.length}`
      : evaluations.length;
  return `${count} · over ${formatCount(positions)} positions`;
}
