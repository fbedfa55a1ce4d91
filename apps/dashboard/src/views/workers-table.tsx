/** How fast each worker of a run computed, over the latest steps: who keeps the others waiting. */
import type { WorkerThroughput } from "@performer/schema";
import { formatCount, formatShare } from "../model/format.ts";
import type { RunSeries } from "../model/run-series.ts";
import { workersOver } from "../model/worker-speeds.ts";

/** Steps that are averaged over: one alone says little. */
const WINDOW = 20;

export function WorkersTable({ steps }: Pick<RunSeries, "steps">) {
  const recent = steps.slice(-WINDOW);
  const workers = workersOver(recent);
  if (workers.length === 0) return null;
  const slowest = Math.min(...workers.map(({ tokensPerSecond }) => tokensPerSecond));
  return (
    <section class="panel">
      <h3 class="panel-title">
        Workers <span class="muted">{workers.length} · over the latest steps</span>
      </h3>
      <div class="table-frame">
        <table>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">Tokens a second</th>
              <th scope="col">Waiting for data</th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <WorkerRow
                key={worker.name}
                worker={worker}
                isSlowest={workers.length > 1 && worker.tokensPerSecond === slowest}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function WorkerRow({ worker, isSlowest }: { worker: WorkerThroughput; isSlowest: boolean }) {
  return (
    <tr>
      <th scope="row">{worker.name}</th>
      <td>
        {formatCount(worker.tokensPerSecond)}
        {isSlowest && <span class="muted"> slowest</span>}
      </td>
      <td>{formatShare(worker.waitShare)}</td>
    </tr>
  );
}
