/** POST /v1/logits: the model's scores of what stands at each residue. */
import { LogitsRequest, LogitsResponse } from "@performer/schema";
import express from "express";
import { askModel } from "../ask-model.ts";
import { BODY_LIMIT_BYTES } from "../limits.ts";
import { residuesFor, sentSequence } from "../named-sequences.ts";
import { negotiate } from "../negotiate.ts";
import { deadlineHeader, json, MODEL_PROBLEMS, problems } from "../openapi/parts.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import { readBody } from "../read-body.ts";
import type { Route, RouteContext } from "../route.ts";

export const logitsRoute = (context: RouteContext): Route => ({
  method: "post",
  path: "/v1/logits",
  access: "key",
  tag: "Model",
  operation: {
    summary: "Scores of residues or tokens at each position",
    description:
      "A bidirectional model reads the whole sequence, the residue itself included; a causal one only the residues before it.",
    requestParams: { header: deadlineHeader },
    requestBody: { required: true, content: { "application/json": { schema: LogitsRequest } } },
    responses: { 200: json(LogitsResponse, "The scores"), ...problems(...MODEL_PROBLEMS) },
  },
  handlers: [
    express.json({ limit: BODY_LIMIT_BYTES }),
    async (request, response) => {
      const { type } = negotiate(request, { "application/json": "json" });
      readQuery(request, NO_QUERY);
      const body = readBody(request, LogitsRequest, '{"sequence": "MKTAYIAKQR"}');
      await askModel(context, request, response, body.model, (model) => {
        const named = residuesFor(model, sentSequence(body.sequence, "/sequence"));
        const job = { kind: "logits", ...named, tokens: body.tokens } as const;
        return { job, type, residues: named.sequence.length, turn: "batch" };
      });
    },
  ],
});
