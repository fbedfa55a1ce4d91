/** GET /api/models: models that ship, then every checkpoint of every run; the first answers by default. */
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
