/** A run followed live: its series and the state of the line, for as long as the view shows it. */
import { useEffect, useState } from "preact/hooks";
import { runEventsUrl } from "./api.ts";
import { appendEvents, EMPTY_SERIES, type RunSeries } from "./model/run-series.ts";
import { openRunStream, type StreamState } from "./run-stream.ts";

export interface FollowedRun {
  readonly series: RunSeries;
  readonly stream: StreamState;
}

export function useRun(runId: string): FollowedRun {
  const [run, setRun] = useState<FollowedRun & { runId: string }>(() => untouched(runId));
  useEffect(() => {
    setRun(untouched(runId));
    return openRunStream({
      url: runEventsUrl(runId),
      onEvents: (events) =>
        setRun((last) => ({ ...last, series: appendEvents(last.series, events) })),
      onState: (stream) => setRun((last) => ({ ...last, stream })),
    });
  }, [runId]);
  // while the effect has not run yet, never show another run's curve under this run's name
  return run.runId === runId ? run : untouched(runId);
}

const untouched = (runId: string) => ({
  runId,
  series: EMPTY_SERIES,
  stream: "connecting" as StreamState,
});
