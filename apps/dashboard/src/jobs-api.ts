/** The part of the REST client that is about bulk jobs. */
import { Job, JobItemsResponse, JobsResponse } from "@performer/schema";
import { ask, askPlain } from "./api.ts";
import type { JobQuestion } from "./model/job-question.ts";

/** The newest ones. */
export const fetchJobs = (limit: number, signal: AbortSignal): Promise<JobsResponse> =>
  ask(`/v1/jobs?limit=${limit}`, { signal }, JobsResponse);

/** The first records without a result. */
export const fetchRefused = (
  { links }: Job,
  limit: number,
  signal: AbortSignal,
): Promise<JobItemsResponse> =>
  ask(`${links.items}?refused=true&limit=${limit}`, { signal }, JobItemsResponse);

/** The server reads by its bytes whether a file is compressed. */
export function sendJob({ source, ...options }: JobQuestion, signal: AbortSignal): Promise<Job> {
  const headers = { "content-type": "text/x-fasta" };
  const query = new URLSearchParams(options);
  return ask(`/v1/jobs?${query}`, { method: "POST", headers, body: source, signal }, Job);
}

/** Stops it where it runs, and removes it with its files. */
export async function removeJob({ links }: Job, signal: AbortSignal): Promise<void> {
  await askPlain(links.self, { method: "DELETE", signal });
}
