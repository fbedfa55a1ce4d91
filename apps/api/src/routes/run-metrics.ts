/** GET /v1/runs/:id/metrics?kind=…&points=…: a run's curve, thinned to so many points. */
import { RunMetricsQuery, type RunMetricsResponse } from "@performer/schema";
import type { RequestHandler } from "express";
import type { RunsReader } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { readQuery } from "../query.ts";

export function runMetricsRoute(runs: RunsReader): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { kind, points: text } = readQuery(request, ["kind", "points"]);
    const count =
      text === undefined ? undefined : Number(/^\d{1,6}$/.test(text) ? text : Number.NaN);
    const query = RunMetricsQuery.safeParse({
      ...(kind !== undefined && { kind }),
      ...(count !== undefined && { points: count }),
    });
    if (!query.success) {
      throw new ProblemError("invalid-request", {
        detail: "expected kind step or evaluation, and points from 1 to 10000",
        field: String(query.error.issues[0]?.path[0] ?? "query"),
      });
    }
    const { id } = request.params;
    const points = await runs.metrics(id, query.data);
    if (points === "unknown") {
      throw new ProblemError("unknown-run", {
        detail: "no run has this id; GET /v1/runs lists them",
        field: "id",
      });
    }
    const answer = { id, kind: query.data.kind, points: [...points] };
    response.json(answer satisfies RunMetricsResponse);
  };
}
