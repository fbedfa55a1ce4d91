/** What the routes of bulk jobs share. */
import type { Request } from "express";
import { z } from "zod";
import type { JobService } from "../../jobs/job-service.ts";

export interface JobsContext {
  readonly jobs: JobService;
}

export const jobPath = z.object({ id: z.string().meta({ description: "id of a job" }) });

export const jobId = (request: Request<Record<string, string>>): string =>
  request.params["id"] ?? "";
