/** GET /v1/jobs/:id: one job and how far it is. DELETE: stops it where it runs, and removes it. */
import { Job } from "@performer/schema";
import { json, problems } from "../../openapi/parts.ts";
import { NO_QUERY, readQuery } from "../../query.ts";
import type { Route } from "../../route.ts";
import { type JobsContext, jobId, jobPath } from "./jobs-context.ts";

const shared = { path: "/v1/jobs/{id}", access: "key" } as const;

export const jobRoute = ({ jobs }: JobsContext): Route => ({
  ...shared,
  method: "get",
  tag: "Jobs",
  operation: {
    summary: "A job and how far it is",
    requestParams: { path: jobPath },
    responses: { 200: json(Job, "The job"), ...problems("unknown-job", "store-locked") },
  },
  handlers: [
    async (request, response) => {
      readQuery(request, NO_QUERY);
      response.json(await jobs.get(jobId(request)));
    },
  ],
});

export const removeJobRoute = ({ jobs }: JobsContext): Route => ({
  ...shared,
  method: "delete",
  tag: "Jobs",
  operation: {
    summary: "Stops a job where it runs, and removes it with its files",
    requestParams: { path: jobPath },
    responses: {
      204: { description: "It is gone" },
      ...problems("unknown-job", "store-locked", "disk-full"),
    },
  },
  handlers: [
    async (request, response) => {
      readQuery(request, NO_QUERY);
      await jobs.remove(jobId(request));
      response.status(204).end();
    },
  ],
});
