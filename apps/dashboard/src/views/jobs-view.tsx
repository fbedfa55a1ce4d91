/** Bulk jobs: a FASTA file is sent, worked off by the server, and its embeddings are fetched as a file. */
import type { JobsResponse } from "@performer/schema";
import { useState } from "preact/hooks";
import { fetchModels } from "../api.ts";
import { fetchJobs } from "../jobs-api.ts";
import { isUnderWay } from "../model/job-facts.ts";
import { Lost } from "../parts/lost.tsx";
import { NoServer } from "../parts/no-server.tsx";
import { Fault, Loading, Notice } from "../parts/notice.tsx";
import type { Session } from "../session.ts";
import { type Resource, useResource } from "../use-resource.ts";
import { JobForm } from "./job-form.tsx";
import { JobPanel } from "./job-panel.tsx";

/** While a job is under way, and while none is: others may send some. */
const REFRESH_MS = { busy: 1_500, idle: 10_000 } as const;
const JOBS_AT_ONCE = 50;
/** The first checkpoint of a run makes jobs possible. */
const MODELS_REFRESH_MS = 15_000;
/** As many as the server lists in one answer. */
const MOST_JOBS = 1000;

export function JobsView({ session }: { session: Session }) {
  if (session.hasServer) return <ServerJobs modelId={session.model?.id ?? null} />;
  return <NoServer title="Jobs are worked off by a server" machine="that should embed" />;
}

function ServerJobs({ modelId }: { modelId: string | null }) {
  const [limit, setLimit] = useState(JOBS_AT_ONCE);
  const [isBusy, setBusy] = useState(true);
  const jobs = useResource(
    async (signal) => {
      const answer = await fetchJobs(limit, signal);
      setBusy(answer.jobs.some(isUnderWay));
      return answer;
    },
    { key: "jobs", refreshMs: isBusy ? REFRESH_MS.busy : REFRESH_MS.idle },
  );
  // the page's own models may be others
  const models = useResource(fetchModels, {
    key: "models of the server",
    refreshMs: MODELS_REFRESH_MS,
  });
  if (jobs.value === null) {
    if (jobs.error === null) return <Loading>Looking for jobs …</Loading>;
    return <Fault subject="The jobs" error={jobs.error} onRetry={jobs.reload} />;
  }
  const showMore = () => {
    setLimit(Math.min(MOST_JOBS, 2 * limit));
    jobs.reload();
  };
  const hasModel = models.value !== null && models.value.length > 0;
  return (
    <div class="view">
      <div class="view-head">
        <div>
          <h1>Jobs</h1>
          <p class="lede">
            A whole FASTA file is embedded by the server, behind the questions of people who wait.
            This page may be closed meanwhile, and a job survives a restart of the server.
          </p>
        </div>
      </div>
      <JobForm models={models} modelId={modelId} onSent={jobs.reload} />
      {jobs.error !== null && <Lost />}
      {(hasModel || jobs.value.jobs.length > 0) && (
        <JobList jobs={jobs} listed={jobs.value} onMore={limit < MOST_JOBS ? showMore : null} />
      )}
    </div>
  );
}

interface JobListProps {
  readonly jobs: Resource<JobsResponse>;
  readonly listed: JobsResponse;
  /** null: no more can be shown at once. */
  readonly onMore: (() => void) | null;
}

function JobList({ jobs, listed, onMore }: JobListProps) {
  if (listed.jobs.length === 0) {
    return (
      <Notice title="No job yet">
        <p>
          Send a FASTA file above. Its progress appears here, and its embeddings for NumPy, Arrow,
          Parquet and HDF5.
        </p>
      </Notice>
    );
  }
  return (
    <section class="jobs" aria-labelledby="jobs-title">
      <h2 id="jobs-title" class="panel-title">
        Newest first <span class="muted">{listed.jobs.length}</span>
      </h2>
      <ul>
        {listed.jobs.map((job) => (
          <JobPanel key={job.id} job={job} onRemoved={jobs.reload} />
        ))}
      </ul>
      {listed.next !== null && onMore !== null && (
        <button type="button" onClick={onMore}>
          Show older
        </button>
      )}
    </section>
  );
}
