/**
 * GET /api/attention?accession=P00974 or ?sequence=…: the attention map of every layer and head,
 * recovered from the linear model.
 */
import { decodeTokens } from "@performer/proteins";
import type { Request, RequestHandler } from "express";
import { encodeAttention } from "../attention-json.ts";
import { maxAttentionResidues } from "../limits.ts";
import type { Anchor, ModelStore } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { readQuery } from "../query.ts";
import { requireMap } from "../require-map.ts";
import { parseSequence } from "../sequence-input.ts";
import type { SerialQueue } from "../serial-queue.ts";
import type { SharedCache } from "../shared-cache.ts";
import { useModel } from "../use-model.ts";

export interface AttentionRouteOptions {
  readonly models: ModelStore;
  readonly anchors: readonly Anchor[];
  readonly queue: SerialQueue;
  readonly cache: SharedCache;
}

export function attentionRoute(options: AttentionRouteOptions): RequestHandler {
  const { models, anchors, queue, cache } = options;
  return async (request, response) => {
    const asked = readAsked(request, anchors);
    const answer = await useModel(
      models,
      async (model) => {
        requireMap(model.summary);
        const { name, createdAt, config } = model.summary;
        const residues = parseSequence(asked.sequence, asked.field, {
          residues: maxAttentionResidues(config),
          reason: `${config.numLayers * config.numHeads} maps of length × length in one answer`,
        });
        const sequence = decodeTokens(residues);
        const key = `attention ${name} ${createdAt} ${asked.accession} ${sequence}`;
        return cache.get(key, async () => {
          const maps = await queue.run(() => model.attention(residues));
          const { accession } = asked;
          return Buffer.from(encodeAttention({ model: name, config, accession, sequence, maps }));
        });
      },
      asked.model,
    );
    response.type("application/json").send(answer);
  };
}

interface Asked {
  /** Query parameter that named the sequence. */
  readonly field: string;
  readonly model: string | undefined;
  readonly accession: string;
  readonly sequence: string;
}

function readAsked(request: Request, anchors: readonly Anchor[]): Asked {
  const { accession, sequence, model } = readQuery(request, ["accession", "sequence", "model"]);
  if ((accession === undefined) === (sequence === undefined)) {
    throw new ProblemError("invalid-request", {
      detail: "give either accession or sequence, such as ?accession=P00974",
      field: accession === undefined ? "accession" : "sequence",
    });
  }
  if (sequence !== undefined) return { field: "sequence", model, accession: "sequence", sequence };
  const anchor = anchors.find((each) => each.accession === accession || each.name === accession);
  if (anchor === undefined) {
    throw new ProblemError("unknown-accession", {
      detail: `known accessions: ${anchors.map((each) => each.accession).join(", ") || "none"}; or send ?sequence=`,
      field: "accession",
    });
  }
  return { field: "accession", model, accession: anchor.accession, sequence: anchor.sequence };
}
