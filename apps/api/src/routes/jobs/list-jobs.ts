/** GET /v1/jobs: the jobs, newest first, a page at a time. */
import { JobsQuery, JobsResponse } from "@performer/schema";
import { json, problems } from "../../openapi/parts.ts";
import { readQuery } from "../../query.ts";
import type { Route } from "../../route.ts";
import type { JobsContext } from "./jobs-context.ts";

export const listJobsRoute = ({ jobs: service }: JobsContext): Route => ({
  method: "get",
  path: "/v1/jobs",
  access: "key",
  tag: "Jobs",
  operation: {
    summary: "The bulk jobs, newest first",
    requestParams: { query: JobsQuery },
    responses: {
      200: json(JobsResponse, "A page of them"),
      ...problems("unknown-job", "store-locked"),
    },
  },
  handlers: [
    async (request, response) => {
      const { limit, before } = readQuery(request, JobsQuery);
      // one more than asked says whether the list goes on
      const found = await service.list({ limit: limit + 1, before });
      const jobs = found.slice(0, limit);
      const last = jobs.at(-1);
      const next =
        found.length > limit && last ? `/v1/jobs?limit=${limit}&before=${last.id}` : null;
      response.json({ jobs, next } satisfies JobsResponse);
    },
  ],
});
