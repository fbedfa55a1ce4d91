/** GET /v1/jobs/:id: one job and how far it is. DELETE: stops it where it runs, and removes it. */
import type { RequestHandler } from "express";
import type { JobService } from "../../jobs/job-service.ts";
import { readQuery } from "../../query.ts";

export function jobRoute(jobs: JobService): RequestHandler<{ id: string }> {
  return async (request, response) => {
    readQuery(request, []);
    response.json(await jobs.get(request.params.id));
  };
}

export function removeJobRoute(jobs: JobService): RequestHandler<{ id: string }> {
  return async (request, response) => {
    readQuery(request, []);
    await jobs.remove(request.params.id);
    response.status(204).end();
  };
}
