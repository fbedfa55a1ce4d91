/** GET /ready: whether a balancer should send requests here: a model is loaded, and the server stays. */
import { ReadyResponse } from "@performer/schema";
import { json, problems } from "../openapi/parts.ts";
import { ProblemError } from "../problem.ts";
import type { Route, RouteContext } from "../route.ts";
import { useModel } from "../use-model.ts";

export const readyRoute = ({ models, isDraining }: RouteContext): Route => ({
  method: "get",
  path: "/ready",
  access: "none",
  tag: "Server",
  operation: {
    summary: "Whether requests for a model are taken",
    responses: { 200: json(ReadyResponse, "They are"), ...problems("no-model", "draining") },
  },
  handlers: [
    async (_request, response) => {
      if (isDraining()) {
        throw new ProblemError("draining", {
          detail: "the server finishes what it has and closes",
        });
      }
      const { name: model, fingerprint } = await useModel(
        models,
        async ({ summary }) => summary,
        undefined,
      );
      response.json({ status: "ready", model, fingerprint } satisfies ReadyResponse);
    },
  ],
});
