/** GET /v1/models/:id: one model with its card, its config and its figures. */
import { ModelChoice, ModelDetails } from "@performer/schema";
import { z } from "zod";
import { json, problems } from "../openapi/parts.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import type { Route, RouteContext } from "../route.ts";
import { unknownModel } from "../use-model.ts";

export const modelRoute = ({ models }: RouteContext): Route => ({
  method: "get",
  path: "/v1/models/{id}",
  access: "key",
  tag: "Model",
  operation: {
    summary: "One model: card, config, figures",
    requestParams: {
      path: z.object({
        id: ModelChoice.meta({
          description: "id or name, percent-encoded: models%2F5m",
          examples: ["models%2F5m"],
        }),
      }),
    },
    responses: { 200: json(ModelDetails, "The model"), ...problems("unknown-model") },
  },
  handlers: [
    async (request, response) => {
      readQuery(request, NO_QUERY);
      const details = await models.details(request.params["id"] ?? "");
      if (details === undefined) throw unknownModel("id");
      response.json(details satisfies ModelDetails);
    },
  ],
});
