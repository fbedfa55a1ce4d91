/** All that is known of a model: from the server, or from the files that lie beside the page. */
import {
  CheckpointManifest,
  type ModelDetails,
  type ModelSummary,
  parseWith,
} from "@performer/schema";
import { fetchModel } from "./api.ts";
import type { Session } from "./session.ts";
import { fetchBeside } from "./site.ts";
import { type Resource, useResource } from "./use-resource.ts";

export function useModelDetails({ page }: Session, model: ModelSummary): Resource<ModelDetails> {
  return useResource(
    (signal) => (page ? detailsBeside(model, signal) : fetchModel(model.id, signal)),
    { key: `${page ? "page" : "server"} ${model.name}` },
  );
}

async function detailsBeside(model: ModelSummary, signal: AbortSignal): Promise<ModelDetails> {
  const [card, json] = await Promise.all([
    fetchBeside(`${model.id}/MODEL_CARD.md`, signal).then((file) => file.text()),
    fetchBeside(`${model.id}/manifest.json`, signal).then((file) => file.json() as unknown),
  ]);
  const { exported, training } = parseWith(CheckpointManifest, json, "manifest.json");
  return {
    ...model,
    card,
    ...(training && { training }),
    ...(exported?.dataDescription && { dataDescription: exported.dataDescription }),
    ...(exported?.licence && { licence: exported.licence }),
    ...(exported?.tokensSeen !== undefined && { tokensSeen: exported.tokensSeen }),
    ...(exported?.report && { report: exported.report }),
  };
}
