/** Records of a job that got no result, each with its reason, fetched when the reader opens the list. */
import type { Job } from "@performer/schema";
import { useState } from "preact/hooks";
import { fetchRefused } from "../jobs-api.ts";
import { formatCount } from "../model/format.ts";
import { Fault, Loading } from "../parts/notice.tsx";
import { useResource } from "../use-resource.ts";

/** The rest is at the API's address. */
const SHOWN = 20;

export function RefusedRecords({ job }: { job: Job }) {
  const [isOpen, setOpen] = useState(false);
  const { refused } = job.records;
  return (
    <details class="refused" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {formatCount(refused)} without a result
        <span class="visually-hidden"> in the job of {job.createdAt}</span>
      </summary>
      {isOpen && <Reasons key={refused} job={job} />}
    </details>
  );
}

function Reasons({ job }: { job: Job }) {
  const { value, error, reload } = useResource((signal) => fetchRefused(job, SHOWN, signal), {
    key: job.id,
  });
  if (value === null) {
    if (error === null) return <Loading>Reading the reasons …</Loading>;
    return <Fault subject="The reasons" error={error} onRetry={reload} />;
  }
  return (
    <>
      <ul>
        {value.items.map(({ number, accession, refusal }) => (
          <li key={number}>
            <span class="model-name">{accession || `record ${number + 1}`}</span> {refusal}
          </li>
        ))}
      </ul>
      {value.next !== null && (
        <p class="muted">
          The first {SHOWN}; all of them: <code>{job.links.items}?refused=true</code>
        </p>
      )}
    </>
  );
}
