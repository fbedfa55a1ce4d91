/** GET /api/similarity?model=…: amino-acid similarity learned by a model, beside BLOSUM62. */
import type { SimilarityResponse } from "@performer/schema";
import type { RequestHandler } from "express";
import type { ModelStore } from "../ports.ts";
import { readQuery } from "../query.ts";
import { requireMap } from "../require-map.ts";
import type { SerialQueue } from "../serial-queue.ts";
import type { SharedCache } from "../shared-cache.ts";
import { useModel } from "../use-model.ts";

export function similarityRoute(
  models: ModelStore,
  queue: SerialQueue,
  cache: SharedCache,
): RequestHandler {
  return async (request, response) => {
    const { model: asked } = readQuery(request, ["model"]);
    const answer = await useModel(
      models,
      async (model) => {
        requireMap(model.summary);
        const { name, fingerprint } = model.summary;
        return cache.get(`similarity ${name} ${fingerprint}`, async () => {
          const similarity = await queue.run(() => model.similarity());
          return Buffer.from(
            JSON.stringify({
              model: name,
              fingerprint,
              ...similarity,
            } satisfies SimilarityResponse),
          );
        });
      },
      asked,
    );
    response.type("application/json").send(answer);
  };
}
