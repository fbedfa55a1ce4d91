/** GET /api/runs: the training runs, newest first. */
import type { RunsResponse } from "@performer/schema";
import type { RequestHandler } from "express";
import type { RunsReader } from "../ports.ts";
import { readQuery } from "../query.ts";

export function runsRoute(runs: RunsReader): RequestHandler {
  return async (request, response) => {
    readQuery(request, []);
    response.json({ runs: [...(await runs.list())] } satisfies RunsResponse);
  };
}
