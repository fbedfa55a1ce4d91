/** A job as the API tells it: what is stored, and what the process knows that works on it. */
import type { Job } from "@performer/schema";
import type { JobRecord } from "@performer/store";
import type { LiveState } from "./job-runner.ts";

export function describeJob(job: JobRecord, live: LiveState | null): Job {
  const { id, totalResidues, doneResidues } = job;
  const self = `/v1/jobs/${id}`;
  const residuesPerSecond = live?.residuesPerSecond ?? null;
  return {
    id,
    state: job.state,
    createdAt: job.createdAt,
    startedAt: job.startedAt,
    finishedAt: job.finishedAt,
    model: job.model,
    fingerprint: job.modelIdentity,
    options: job.options,
    records: { total: job.total, done: job.done, refused: job.refused },
    residues: { total: totalResidues, done: doneResidues },
    residuesPerSecond,
    secondsLeft:
      residuesPerSecond === null || residuesPerSecond === 0 || totalResidues === null
        ? null
        : // gaps are letters of the input, too, and leave fewer residues
          Math.max(0, totalResidues - doneResidues) / residuesPerSecond,
    waitingFor: live?.waitingFor ?? null,
    error: job.error,
    resultBytes: job.resultBytes,
    links: { self, items: `${self}/items`, result: `${self}/result` },
  };
}
