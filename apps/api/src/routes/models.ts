/** GET /v1/models: models that ship, then every checkpoint of every run; the first answers by default. */
import { ModelsResponse } from "@performer/schema";
import { json, problems } from "../openapi/parts.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import type { Route, RouteContext } from "../route.ts";

export const modelsRoute = ({ models }: RouteContext): Route => ({
  method: "get",
  path: "/v1/models",
  access: "key",
  tag: "Model",
  operation: {
    summary: "All models; the first one answers by default",
    responses: { 200: json(ModelsResponse, "The models"), ...problems() },
  },
  handlers: [
    async (request, response) => {
      readQuery(request, NO_QUERY);
      response.json({ models: [...(await models.list())] } satisfies ModelsResponse);
    },
  ],
});
