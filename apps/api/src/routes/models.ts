/** GET /api/models: every checkpoint of every run, newest first; the first one answers requests. */
import type { ModelsResponse } from "@performer/schema";
import type { RequestHandler } from "express";
import type { ModelStore } from "../ports.ts";
import { readQuery } from "../query.ts";

export function modelsRoute(models: ModelStore): RequestHandler {
  return async (request, response) => {
    readQuery(request, []);
    response.json({ models: [...(await models.list())] } satisfies ModelsResponse);
  };
}
