/** GET /v1/runs/:id/metrics: a run's curve, thinned to so many points. */
import { RunMetricsQuery, RunMetricsResponse } from "@performer/schema";
import { z } from "zod";
import { json, problems } from "../openapi/parts.ts";
import { ProblemError } from "../problem.ts";
import { readQuery } from "../query.ts";
import type { Route } from "../route.ts";
import type { RunCurves } from "../run-curves.ts";

export const runMetricsRoute = ({ curves }: { readonly curves: RunCurves }): Route => ({
  method: "get",
  path: "/v1/runs/{id}/metrics",
  access: "key",
  tag: "Runs",
  operation: {
    summary: "A run's curve, thinned to what a chart shows",
    requestParams: {
      path: z.object({ id: z.string().meta({ examples: ["demo"] }) }),
      query: RunMetricsQuery,
    },
    responses: {
      200: json(RunMetricsResponse, "Points in the order of the log"),
      ...problems("unknown-run", "store-locked"),
    },
  },
  handlers: [
    async (request, response) => {
      const query = readQuery(request, RunMetricsQuery);
      const id = request.params["id"] ?? "";
      const points = await curves.read(id, query);
      if (points === "unknown") {
        throw new ProblemError("unknown-run", {
          detail: "no run has this id; GET /v1/runs lists them",
          field: "id",
        });
      }
      response.json({ id, kind: query.kind, points } satisfies RunMetricsResponse);
    },
  ],
});
