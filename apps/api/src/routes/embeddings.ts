/**
 * POST /v1/embeddings: for each sequence its accession, its length L, one vector a residue (specials
 * excluded) and their mean, from the layer that is asked for. The order of the request is kept.
 */
import {
  EmbeddingLine,
  EmbeddingsOptions,
  EmbeddingsRequest,
  EmbeddingsResponse,
} from "@performer/schema";
import express, { type Request } from "express";
import { z } from "zod";
import { askModel, type Question } from "../ask-model.ts";
import type { EmbeddingFormat } from "../compute/job.ts";
import { FASTA_TYPES, readFastaBody } from "../fasta-body.ts";
import { ANSWER_LIMIT_NUMBERS, BODY_LIMIT_BYTES } from "../limits.ts";
import { residuesFor, type SentSequence, sentSequence } from "../named-sequences.ts";
import { negotiate } from "../negotiate.ts";
import { bytes, deadlineHeader, json, lines, MODEL_PROBLEMS, problems } from "../openapi/parts.ts";
import type { ServedModel } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { readQuery } from "../query.ts";
import { readBody } from "../read-body.ts";
import type { Route, RouteContext } from "../route.ts";

const FORMATS: Readonly<Record<string, EmbeddingFormat>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "application/octet-stream": "raw",
  "application/x-npy": "npy",
  "application/vnd.apache.arrow.stream": "arrow",
};

export const embeddingsRoute = (context: RouteContext): Route => ({
  method: "post",
  path: "/v1/embeddings",
  access: "key",
  tag: "Model",
  operation: {
    summary: "Embeddings of sequences, a vector a residue and their mean",
    description:
      "The body is JSON, or a FASTA text with the options in the query. An embedding does not depend on what else is in the request or the server.",
    requestParams: { header: deadlineHeader, query: EmbeddingsOptions },
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: EmbeddingsRequest },
        "text/x-fasta": { schema: z.string().meta({ examples: [">P1 an example\nMKTAYIAKQR\n"] }) },
      },
    },
    responses: {
      200: {
        description: "Raw, .npy and Arrow: docs/api.md has the layouts",
        content: {
          ...json(EmbeddingsResponse, "").content,
          "application/x-ndjson": { schema: lines(EmbeddingLine) },
          "application/octet-stream": { schema: bytes("little-endian numbers") },
          "application/x-npy": { schema: bytes("NumPy array, format 1.0") },
          "application/vnd.apache.arrow.stream": { schema: bytes("Arrow IPC stream") },
        },
      },
      ...problems(...MODEL_PROBLEMS, "malformed-fasta"),
    },
  },
  handlers: [
    express.json({ limit: BODY_LIMIT_BYTES }),
    express.text({ limit: BODY_LIMIT_BYTES, type: FASTA_TYPES }),
    async (request, response) => {
      const { type, format } = negotiate(request, FORMATS);
      const { items, options } = await readRequest(request);
      if (format === "npy" && options.include === "both") throw oneArray();
      await askModel(context, request, response, options.model, (model) =>
        questionOf(model, items, { ...options, format, type }),
      );
    },
  ],
});

interface Asked {
  readonly items: readonly SentSequence[];
  readonly options: EmbeddingsOptions;
}

async function readRequest(request: Request<Record<string, string>>): Promise<Asked> {
  const options = readQuery(request, EmbeddingsOptions);
  if (typeof request.body === "string") {
    return { items: await readFastaBody(request.body), options };
  }
  if (Object.keys(request.query).length > 0) {
    throw new ProblemError("invalid-request", {
      detail: "give the options in the JSON body; the query has them where the body is FASTA",
      field: Object.keys(request.query)[0] as string,
    });
  }
  const example = '{"sequence": "MKTAYIAKQR"} or {"sequences": ["MKTAYIAKQR", …]}';
  const { sequence, sequences, ...rest } = readBody(request, EmbeddingsRequest, example);
  const items =
    sequences?.map((each, i) => sentSequence(each, `/sequences/${i}`, i + 1)) ??
    (sequence === undefined ? [] : [sentSequence(sequence, "/sequence")]);
  return { items, options: rest };
}

function questionOf(
  model: ServedModel,
  items: readonly SentSequence[],
  {
    include,
    dtype,
    format,
    type,
    ...options
  }: EmbeddingsOptions & { format: EmbeddingFormat; type: string },
): Question {
  const { config } = model.summary;
  const layer = options.layer ?? config.numLayers;
  if (layer > config.numLayers) {
    throw new ProblemError("invalid-request", {
      detail: `expected a layer from 0 to the model's ${config.numLayers}, got ${layer}`,
      field: "/layer",
      limit: config.numLayers,
    });
  }
  const sequences = items.map((item) => residuesFor(model, item));
  const residues = sequences.reduce((sum, { sequence }) => sum + sequence.length, 0);
  const limit = Math.floor(ANSWER_LIMIT_NUMBERS / config.embeddingSize);
  if (residues > limit) {
    throw new ProblemError("answer-too-large", {
      detail: `expected at most ${limit} residues a request in all, got ${residues}; send them in several requests`,
      field: items.length === 1 ? (items[0]?.field ?? "body") : "/sequences",
      limit,
    });
  }
  const headers = {
    "X-Layer": String(layer),
    "X-Embedding-Size": String(config.embeddingSize),
    "X-Embedding-Include": include,
    "X-Embedding-Dtype": format === "json" || format === "ndjson" ? "float32" : dtype,
    "X-Sequence-Lengths": sequences.map(({ sequence }) => sequence.length).join(","),
  };
  const job = { kind: "embeddings", sequences, layer, include, dtype, format } as const;
  return { job, type, headers, residues, turn: "batch" };
}

const oneArray = () =>
  new ProblemError("invalid-request", {
    detail:
      'a .npy file holds one array: give include "residues" or "mean", or take application/octet-stream',
    field: "/include",
  });
