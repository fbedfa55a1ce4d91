/** GET /v1/jobs/:id/items: what became of each record, in the order of the file, a page at a time. */
import { JobItemsQuery, JobItemsResponse } from "@performer/schema";
import { json, problems } from "../../openapi/parts.ts";
import { readQuery } from "../../query.ts";
import type { Route } from "../../route.ts";
import { type JobsContext, jobId, jobPath } from "./jobs-context.ts";

export const jobItemsRoute = ({ jobs }: JobsContext): Route => ({
  method: "get",
  path: "/v1/jobs/{id}/items",
  access: "key",
  tag: "Jobs",
  operation: {
    summary: "What became of each record of a job's file",
    requestParams: { path: jobPath, query: JobItemsQuery },
    responses: {
      200: json(JobItemsResponse, "A page of the records that are done, in the order of the file"),
      ...problems("unknown-job", "store-locked"),
    },
  },
  handlers: [
    async (request, response) => {
      const { limit, after, refused } = readQuery(request, JobItemsQuery);
      const id = jobId(request);
      const onlyRefused = refused === "true";
      const found = await jobs.items(id, { limit: limit + 1, after, onlyRefused });
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const further = `/v1/jobs/${id}/items?refused=${refused}&limit=${limit}&after=${last?.number}`;
      const next = found.length > limit ? further : null;
      response.json({ items, next } satisfies JobItemsResponse);
    },
  ],
});
