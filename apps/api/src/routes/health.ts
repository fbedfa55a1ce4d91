/** GET /health: alive, which backend computes and which model answers. */
import type { HealthResponse } from "@performer/schema";
import type { RequestHandler } from "express";
import type { ModelStore } from "../ports.ts";

export function healthRoute(models: ModelStore, backend: string): RequestHandler {
  const startedAt = performance.now();
  return async (_request, response) => {
    response.json({
      status: "ok",
      backend,
      model: await models.defaultName(),
      uptimeSeconds: (performance.now() - startedAt) / 1000,
    } satisfies HealthResponse);
  };
}
