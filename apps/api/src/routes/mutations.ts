/**
 * POST /v1/mutations: log p(mutant) - log p(wild type) of every substitution. What it costs is known
 * first: `dryRun` answers it alone, and each answer has it in its headers.
 */
import { mutationCost } from "@performer/interpret";
import {
  MutationLine,
  MutationsCostResponse,
  MutationsRequest,
  MutationsResponse,
} from "@performer/schema";
import express from "express";
import { z } from "zod";
import { askModel } from "../ask-model.ts";
import { describeMutations } from "../compute/answers/mutations-answer.ts";
import type { LineFormat, MutationsJob } from "../compute/job.ts";
import { BODY_LIMIT_BYTES, MUTATION_LIMIT_RESIDUES } from "../limits.ts";
import { residuesFor, sentSequence } from "../named-sequences.ts";
import { negotiate } from "../negotiate.ts";
import { deadlineHeader, json, lines, MODEL_PROBLEMS, problems } from "../openapi/parts.ts";
import type { ServedModel } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import { readBody } from "../read-body.ts";
import type { Route, RouteContext } from "../route.ts";
import { modelHeaders } from "../send-pieces.ts";

const FORMATS: Readonly<Record<string, LineFormat>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
};

export const mutationsRoute = (context: RouteContext): Route => ({
  method: "post",
  path: "/v1/mutations",
  access: "key",
  tag: "Model",
  operation: {
    summary: "Scores of all substitutions, the cost stated first",
    requestParams: { header: deadlineHeader },
    requestBody: { required: true, content: { "application/json": { schema: MutationsRequest } } },
    responses: {
      200: {
        description: "The scores; with dryRun the cost alone",
        content: {
          ...json(z.union([MutationsResponse, MutationsCostResponse]), "").content,
          "application/x-ndjson": { schema: lines(MutationLine) },
        },
      },
      ...problems(...MODEL_PROBLEMS, "unfit-model"),
    },
  },
  handlers: [
    express.json({ limit: BODY_LIMIT_BYTES }),
    async (request, response) => {
      const { type, format } = negotiate(request, FORMATS);
      readQuery(request, NO_QUERY);
      const body = readBody(request, MutationsRequest, '{"sequence": "MKTAYIAKQR"}');
      await askModel(context, request, response, body.model, (model) => {
        const job = jobOf(model, body, format);
        const headers = {
          "X-Cost-Passes": String(job.cost.passes),
          "X-Cost-Residues": String(job.cost.residues),
        };
        if (body.dryRun) {
          response.set({ ...modelHeaders(model.summary), ...headers });
          response.json(describeMutations(model.summary, job));
          return undefined;
        }
        const turn = job.method === "single-pass" ? "batch" : "alone";
        return { job, type, headers, residues: job.sequence.length, turn };
      });
    },
  ],
});

function jobOf(model: ServedModel, body: MutationsRequest, format: LineFormat): MutationsJob {
  const named = residuesFor(model, sentSequence(body.sequence, "/sequence"));
  const { method } = body;
  const { length } = named.sequence;
  if (method === "masked-marginals" && model.summary.config.direction === "causal") {
    throw new ProblemError("unfit-model", {
      detail:
        'a causal model never sees the position that it predicts, so hiding it means nothing; use the method "single-pass", or a bidirectional model',
      field: "/method",
    });
  }
  const positions = body.positions ?? Array.from({ length }, (_, position) => position);
  assertPositions(positions, length);
  const cost = mutationCost(length, { method, positions });
  if (cost.residues > MUTATION_LIMIT_RESIDUES) {
    throw new ProblemError("answer-too-large", {
      detail: `expected at most ${MUTATION_LIMIT_RESIDUES} residues through the model, got ${cost.residues} (${cost.passes} passes of ${length}); ask for fewer positions at a time, or the method "single-pass"`,
      field: "/positions",
      limit: MUTATION_LIMIT_RESIDUES,
    });
  }
  return { kind: "mutations", ...named, method, positions, cost, format };
}

function assertPositions(positions: readonly number[], length: number): void {
  const seen = new Set<number>();
  const wrong = positions.findIndex((position) => {
    if (position >= length || seen.has(position)) return true;
    seen.add(position);
    return false;
  });
  if (wrong < 0) return;
  throw new ProblemError("invalid-request", {
    detail: `expected each position once, from 0 to ${length - 1}, got ${positions[wrong]}; they count residues from 0`,
    field: `/positions/${wrong}`,
    limit: length - 1,
  });
}
