/** GET /v1/jobs/:id/items?refused=true&limit=…&after=NUMBER: what became of each record, in order of the file. */
import type { JobItemsResponse } from "@performer/schema";
import type { RequestHandler } from "express";
import type { JobService } from "../../jobs/job-service.ts";
import { ProblemError } from "../../problem.ts";
import { readQuery } from "../../query.ts";
import { readPageLimit } from "./page-limit.ts";

export function jobItemsRoute(jobs: JobService): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const query = readQuery(request, ["refused", "limit", "after"]);
    const limit = readPageLimit(query.limit);
    const onlyRefused = readFlag(query.refused);
    const after = readPlace(query.after);
    const { id } = request.params;
    const found = await jobs.items(id, { limit: limit + 1, after, onlyRefused });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const next =
      found.length > limit && last
        ? `/v1/jobs/${id}/items?limit=${limit}&after=${last.number}${onlyRefused ? "&refused=true" : ""}`
        : null;
    response.json({ items, next } satisfies JobItemsResponse);
  };
}

function readFlag(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new ProblemError("invalid-request", { detail: "expected true or false", field: "refused" });
}

function readPlace(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new ProblemError("invalid-request", {
    detail: "expected the number of the last record seen, such as 99",
    field: "after",
  });
}
