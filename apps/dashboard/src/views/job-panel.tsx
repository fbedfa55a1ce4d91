/** One bulk job: how far it is, what came of it, and the ways to take it along or away. */
import type { Job } from "@performer/schema";
import { formatTime } from "../model/format.ts";
import { choicesOf, isUnderWay, progressOf, shareOf, sizeOf } from "../model/job-facts.ts";
import { StatusPill } from "../parts/status-pill.tsx";
import { JobDownloads } from "./job-downloads.tsx";
import { RefusedRecords } from "./refused-records.tsx";
import { RemoveJob } from "./remove-job.tsx";

interface JobPanelProps {
  readonly job: Job;
  readonly onRemoved: () => void;
}

export function JobPanel({ job, onRemoved }: JobPanelProps) {
  const title = `${sizeOf(job)}, sent ${formatTime(job.createdAt)}`;
  return (
    <li class="panel job" data-job={job.id}>
      <div class="job-head">
        <h3>{sizeOf(job)}</h3>
        <StatusPill status={job.state} />
        <time class="muted" dateTime={job.createdAt}>
          {formatTime(job.createdAt)}
        </time>
      </div>
      <p class="muted job-choices">
        <span class="model-name">{job.model}</span> · {choicesOf(job)}
        {!isUnderWay(job) && ` · ${progressOf(job)}`}
      </p>
      {isUnderWay(job) && (
        <progress aria-label={`Progress of ${title}`} max={1} value={shareOf(job)} />
      )}
      {job.waitingFor !== null && <p class="banner">Waits for {job.waitingFor}</p>}
      {job.records.refused > 0 && <RefusedRecords job={job} />}
      <div class="job-foot">
        {isUnderWay(job) && <p class="job-progress">{progressOf(job)}</p>}
        {job.error !== null && <p class="fault">{job.error}</p>}
        {job.state === "done" && <JobDownloads job={job} title={title} />}
        <RemoveJob job={job} title={title} onRemoved={onRemoved} />
      </div>
    </li>
  );
}
