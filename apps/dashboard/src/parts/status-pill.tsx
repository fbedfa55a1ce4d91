/** How a run or a job stands: a colour and the word for it. */
import type { JobState } from "@performer/schema";
import type { RunStatus } from "../model/run-status.ts";

export function StatusPill({ status }: { status: RunStatus | JobState }) {
  return (
    <span class={`pill pill-${status}`} data-status={status}>
      <span class="pill-dot" aria-hidden="true" />
      {status}
    </span>
  );
}
