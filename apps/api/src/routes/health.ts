/** GET /health: the process lives, whatever it is busy with; which backend computes and which model answers. */
import { HealthResponse } from "@performer/schema";
import { json, problems } from "../openapi/parts.ts";
import type { Route, RouteContext } from "../route.ts";

export function healthRoute({ models, backend }: RouteContext): Route {
  const startedAt = performance.now();
  return {
    method: "get",
    path: "/health",
    access: "none",
    tag: "Server",
    operation: {
      summary: "Whether the process lives",
      responses: { 200: json(HealthResponse, "It does"), ...problems() },
    },
    handlers: [
      async (_request, response) => {
        response.json({
          status: "ok",
          backend,
          model: await models.defaultName(),
          uptimeSeconds: (performance.now() - startedAt) / 1000,
        } satisfies HealthResponse);
      },
    ],
  };
}
