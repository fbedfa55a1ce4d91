/** GET /v1/similarity?model=…: amino-acid similarity learned by a model, beside BLOSUM62. */
import { SimilarityQuery, SimilarityResponse } from "@performer/schema";
import { abortable } from "../abortable.ts";
import { negotiate } from "../negotiate.ts";
import { deadlineHeader, json, problems } from "../openapi/parts.ts";
import { readQuery } from "../query.ts";
import { requestSignal } from "../request-signal.ts";
import { requireMap } from "../require-map.ts";
import type { Route, RouteContext } from "../route.ts";
import { collect, modelHeaders } from "../send-pieces.ts";
import { useModel } from "../use-model.ts";

export const similarityRoute = (context: RouteContext): Route => ({
  method: "get",
  path: "/v1/similarity",
  access: "key",
  tag: "Model",
  operation: {
    summary: "Amino-acid similarity from attention, beside BLOSUM62",
    description: "Computed once a model, which takes about ten seconds, and kept.",
    requestParams: { header: deadlineHeader, query: SimilarityQuery },
    responses: {
      200: json(SimilarityResponse, "Matrices and their comparison"),
      ...problems(
        ...(["unknown-model", "no-attention-map", "not-acceptable"] as const),
        ...(["busy", "no-model", "deadline-exceeded"] as const),
      ),
    },
  },
  handlers: [
    async (request, response) => {
      negotiate(request, { "application/json": "json" });
      const { model: asked } = readQuery(request, SimilarityQuery);
      const { models, slowQueue, cache, deadlines } = context;
      const signal = requestSignal(request, response, deadlines);
      const { answer, headers } = await useModel(
        models,
        async (model) => {
          requireMap(model.summary);
          const { name, fingerprint } = model.summary;
          // shared with whoever asks meanwhile: it goes on where one of them leaves
          const computed = cache.get(`similarity ${name} ${fingerprint}`, () =>
            slowQueue.run(() =>
              collect(model.answer({ kind: "similarity" }, new AbortController().signal)),
            ),
          );
          return {
            answer: await abortable(computed, signal),
            headers: modelHeaders(model.summary),
          };
        },
        asked,
      );
      response.set(headers).type("application/json").send(Buffer.concat(answer.pieces));
    },
  ],
});
