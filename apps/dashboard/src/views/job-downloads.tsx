/** The result of a job in each format. The server makes a file when it is first asked for it. */
import { type Job, JobResultFormat } from "@performer/schema";
import { useEffect, useRef, useState } from "preact/hooks";
import { downloadResult } from "../download-result.ts";
import { formatBytes } from "../model/format.ts";

const NAMES: Readonly<Record<JobResultFormat, string>> = {
  ndjson: "NDJSON",
  npz: "NumPy .npz",
  arrow: "Arrow",
  parquet: "Parquet",
  h5: "HDF5",
};

interface JobDownloadsProps {
  readonly job: Job;
  /** Of the job, for those who do not see where the buttons stand. */
  readonly title: string;
}

export function JobDownloads({ job, title }: JobDownloadsProps) {
  const [making, setMaking] = useState<JobResultFormat | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const leave = useRef(new AbortController());
  useEffect(() => () => leave.current.abort(), []);
  const download = async (format: JobResultFormat) => {
    setFault(null);
    setMaking(format);
    try {
      await downloadResult(job, format, leave.current.signal);
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setMaking(null);
    }
  };
  return (
    <div class="save job-downloads">
      <span class="muted">Download</span>
      {JobResultFormat.options.map((format) => (
        <button
          key={format}
          type="button"
          disabled={making !== null}
          onClick={() => download(format)}
        >
          {NAMES[format]}
          {format === "ndjson" && `, ${formatBytes(job.resultBytes)}`}
          <span class="visually-hidden"> of {title}</span>
        </button>
      ))}
      {making !== null && (
        <span class="muted" role="status">
          Making the {NAMES[making]} file …
        </span>
      )}
      {fault !== null && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}
