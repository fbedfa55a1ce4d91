/**
 * GET /v1/jobs/:id/result: the result of a job that is done, application/x-ndjson. A download that was
 * cut goes on with a range request (RFC 9110, 14).
 */
import type { RequestHandler } from "express";
import type { JobService } from "../../jobs/job-service.ts";
import { readQuery } from "../../query.ts";

export function jobResultRoute(jobs: JobService): RequestHandler<{ id: string }> {
  return async (request, response, next) => {
    readQuery(request, []);
    const { id } = request.params;
    const path = await jobs.result(id);
    const headers = {
      "Content-Type": "application/x-ndjson",
      "Content-Disposition": `attachment; filename="${id}.ndjson"`,
    };
    // the store's folder may lie under one whose name begins with a dot
    const options = {
      headers,
      acceptRanges: true,
      cacheControl: false,
      dotfiles: "allow",
    } as const;
    response.sendFile(path, options, (error) => {
      if (error !== undefined) next(error);
    });
  };
}
