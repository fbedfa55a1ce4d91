/** GET /v1/jobs?limit=…&before=ID: the jobs, newest first, a page at a time. */
import type { JobsResponse } from "@performer/schema";
import type { RequestHandler } from "express";
import type { JobService } from "../../jobs/job-service.ts";
import { readQuery } from "../../query.ts";
import { readPageLimit } from "./page-limit.ts";

export function listJobsRoute(service: JobService): RequestHandler {
  return async (request, response) => {
    const { limit: asked, before } = readQuery(request, ["limit", "before"]);
    const limit = readPageLimit(asked);
    // one more than asked says whether the list goes on
    const found = await service.list({ limit: limit + 1, before });
    const jobs = found.slice(0, limit);
    const last = jobs.at(-1);
    const next = found.length > limit && last ? `/v1/jobs?limit=${limit}&before=${last.id}` : null;
    response.json({ jobs, next } satisfies JobsResponse);
  };
}
