/** POST /v1/generate: sequences drawn from a causal model, each sent when it has ended. */
import { VOCABULARY_SIZE } from "@performer/proteins";
import { GenerateRequest, GenerationLine, type ModelConfig } from "@performer/schema";
import express from "express";
import { z } from "zod";
import { askModel } from "../ask-model.ts";
import type { GenerateJob, StreamFormat } from "../compute/job.ts";
import { BODY_LIMIT_BYTES } from "../limits.ts";
import { negotiate } from "../negotiate.ts";
import { deadlineHeader, lines, MODEL_PROBLEMS, problems } from "../openapi/parts.ts";
import type { ServedModel } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import { readBody } from "../read-body.ts";
import type { Route, RouteContext } from "../route.ts";
import { parseSequence } from "../sequence-input.ts";

const NDJSON = "application/x-ndjson";
const EVENTS = "text/event-stream";
/** JSON is what browsers and libraries ask for by habit: each line is that. */
const FORMATS = { [NDJSON]: "ndjson", [EVENTS]: "events", "application/json": "ndjson" } as const;

export const generateRoute = (context: RouteContext): Route => ({
  method: "post",
  path: "/v1/generate",
  access: "key",
  tag: "Model",
  operation: {
    summary: "Sequences drawn from a causal model, as a stream of lines",
    description:
      'Drawn are the 20 standard residues alone. The stream is whole when its last line has the type "end". As server-sent events, each is the data of one without a name.',
    requestParams: { header: deadlineHeader },
    requestBody: { required: true, content: { "application/json": { schema: GenerateRequest } } },
    responses: {
      200: {
        description: "The lines",
        content: { [NDJSON]: { schema: lines(GenerationLine) }, [EVENTS]: { schema: z.string() } },
      },
      ...problems(...MODEL_PROBLEMS, "unfit-model"),
    },
  },
  handlers: [
    express.json({ limit: BODY_LIMIT_BYTES }),
    async (request, response) => {
      const { format } = negotiate(request, FORMATS);
      readQuery(request, NO_QUERY);
      const body = readBody(request, GenerateRequest, '{"prompt": "MKT", "count": 2}');
      await askModel(context, request, response, body.model, (model) => {
        const job = jobOf(model, body, format);
        const type = format === "events" ? EVENTS : NDJSON;
        return { job, type, residues: job.count * job.maxTokens, turn: "alone" };
      });
    },
  ],
});

function jobOf({ summary }: ServedModel, body: GenerateRequest, format: StreamFormat): GenerateJob {
  const { config } = summary;
  assertDraws(config);
  const { count, seed, temperature, topK, topP } = body;
  const longest = body.maxLength ?? config.maxLength;
  if (longest > config.maxLength) {
    throw new ProblemError("invalid-request", {
      detail: `the model takes ${config.maxLength} residues at most; ask for fewer`,
      field: "/maxLength",
      limit: config.maxLength,
    });
  }
  const limit = { residues: longest - 1, reason: "fewer than maxLength, so that one can be drawn" };
  const prompt =
    body.prompt === "" ? new Uint8Array() : parseSequence(body.prompt, "/prompt", limit);
  const maxTokens = longest - prompt.length;
  return {
    kind: "generate",
    format,
    prompt,
    count,
    maxTokens,
    seed,
    sampling: { temperature, topK, topP },
  };
}

function assertDraws({ direction, vocabularySize }: ModelConfig): void {
  if (direction === "bidirectional") {
    throw new ProblemError("unfit-model", {
      detail:
        "a bidirectional model fills in hidden residues and predicts no next one; name a causal model, such as one trained with configs/demo-causal.json",
      field: "/model",
    });
  }
  if (vocabularySize !== VOCABULARY_SIZE) {
    throw new ProblemError("unfit-model", {
      detail: `the model has ${vocabularySize} tokens where proteins have ${VOCABULARY_SIZE}; name another`,
      field: "/model",
    });
  }
}
