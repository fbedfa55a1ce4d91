/** GET /metrics: what Prometheus scrapes. */
import { z } from "zod";
import { problems } from "../openapi/parts.ts";
import type { Route, RouteContext } from "../route.ts";

export const metricsRoute = ({ metrics }: RouteContext): Route => ({
  method: "get",
  path: "/metrics",
  access: "key",
  tag: "Server",
  operation: {
    summary: "Figures of the server, for Prometheus",
    responses: {
      200: { description: "Text format 0.0.4", content: { "text/plain": { schema: z.string() } } },
      ...problems(),
    },
  },
  handlers: [
    async (_request, response) => {
      const { type, text } = await metrics.read();
      response.type(type).send(text);
    },
  ],
});
