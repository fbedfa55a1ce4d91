/** A run followed live: its series and the state of the line, for as long as the view shows it. */
import type { RunSummary } from "@performer/schema";
import { useEffect, useState } from "preact/hooks";
import { runEventsUrl } from "./api.ts";
import { appendEvents, EMPTY_SERIES, type RunSeries } from "./model/run-series.ts";
import { openRunStream, type StreamState } from "./run-stream.ts";

export interface FollowedRun {
  readonly series: RunSeries;
  readonly stream: StreamState;
}

/**
 * @param listed what the list says of the run; a run that goes on after its line was closed is
 *   followed anew from its first line, with the old points shown until the new ones are there.
 */
export function useRun(runId: string, listed: RunSummary | null): FollowedRun {
  const [run, setRun] = useState<FollowedRun & { runId: string }>(() => untouched(runId));
  const news = run.stream === "closed" ? newsOf(run.series, listed) : null;
  const [answered, setAnswered] = useState<string | null>(null);
  useEffect(() => {
    if (news !== null) setAnswered(news);
  }, [news]);

  // another `answered` opens another line to the same run, once for each piece of news
  useEffect(() => {
    let isFirst = true;
    setRun((last) => (last.runId === runId ? { ...last, stream: "connecting" } : untouched(runId)));
    return openRunStream({
      url: runEventsUrl(runId),
      onEvents: (events) => {
        const restart = isFirst;
        isFirst = false;
        setRun((last) => ({
          ...last,
          series: appendEvents(restart ? EMPTY_SERIES : last.series, events),
        }));
      },
      onState: (stream) => setRun((last) => ({ ...last, stream })),
    });
  }, [runId, answered]);
  // while the effect has not run yet, never show another run's curve under this run's name
  return run.runId === runId ? run : untouched(runId);
}

/** The time of the run's latest event by the list, where it is later than what was heard. */
function newsOf({ updatedAt }: RunSeries, listed: RunSummary | null): string | null {
  if (listed === null || updatedAt === null) return null;
  return Date.parse(listed.updatedAt) > Date.parse(updatedAt) ? listed.updatedAt : null;
}

const untouched = (runId: string) => ({
  runId,
  series: EMPTY_SERIES,
  stream: "connecting" as StreamState,
});
