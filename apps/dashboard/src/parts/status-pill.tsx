/** How a run stands: a colour and the word for it. */
import type { RunStatus } from "../model/run-status.ts";

export function StatusPill({ status }: { status: RunStatus }) {
  return (
    <span class={`pill pill-${status}`} data-status={status}>
      <span class="pill-dot" aria-hidden="true" />
      {status}
    </span>
  );
}
