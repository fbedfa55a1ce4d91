/** One word for how a run stands, from its live events and from the API's list. */
import type { RunSummary } from "@performer/schema";
import type { RunSeries } from "./run-series.ts";

export type RunStatus = RunSummary["status"];

/**
 * The events know first that a run goes on or has ended; only the list knows of a run whose process
 * died, for such a run logs nothing more.
 */
export function statusOf(series: RunSeries, listed: RunSummary | null): RunStatus {
  if (series.end !== null) return series.end.reason;
  const newest = series.steps.at(-1) ?? series.start;
  if (listed && (newest === null || newest.step <= listed.step)) return listed.status;
  return "running";
}
