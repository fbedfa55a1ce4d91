/** GET /v1/runs: the training runs, newest first. */
import { RunsResponse } from "@performer/schema";
import { json, problems } from "../openapi/parts.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import type { Route, RouteContext } from "../route.ts";

export const runsRoute = ({ runs }: RouteContext): Route => ({
  method: "get",
  path: "/v1/runs",
  access: "key",
  tag: "Runs",
  operation: {
    summary: "The training runs, newest first",
    responses: { 200: json(RunsResponse, "The runs"), ...problems() },
  },
  handlers: [
    async (request, response) => {
      readQuery(request, NO_QUERY);
      response.json({ runs: [...(await runs.list())] } satisfies RunsResponse);
    },
  ],
});
