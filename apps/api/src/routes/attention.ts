/**
 * POST /v1/attention: maps of layers and heads, recovered from the linear model; whole ones of a short
 * protein, or a block of a long one's, made smaller on request.
 */
import { describeWindow } from "@performer/interpret";
import { decodeTokens } from "@performer/proteins";
import { AttentionRequest, AttentionResponse } from "@performer/schema";
import express from "express";
import { abortable } from "../abortable.ts";
import type { AttentionJob } from "../compute/job.ts";
import { ANSWER_LIMIT_NUMBERS, ATTENTION_LIMIT_WEIGHTS, BODY_LIMIT_BYTES } from "../limits.ts";
import { residuesFor, type SentSequence, sentSequence } from "../named-sequences.ts";
import { negotiate } from "../negotiate.ts";
import { deadlineHeader, json, MODEL_PROBLEMS, problems } from "../openapi/parts.ts";
import type { Anchor, ServedModel } from "../ports.ts";
import { ProblemError } from "../problem.ts";
import { NO_QUERY, readQuery } from "../query.ts";
import { readBody } from "../read-body.ts";
import { requestSignal } from "../request-signal.ts";
import { requireMap } from "../require-map.ts";
import type { Route, RouteContext } from "../route.ts";
import { collect, modelHeaders, sendPieces } from "../send-pieces.ts";
import { useModel } from "../use-model.ts";

export const attentionRoute = (context: RouteContext): Route => ({
  method: "post",
  path: "/v1/attention",
  access: "key",
  tag: "Model",
  operation: {
    summary: "Attention maps of layers and heads, whole, in part, or made smaller",
    requestParams: { header: deadlineHeader },
    requestBody: { required: true, content: { "application/json": { schema: AttentionRequest } } },
    responses: {
      200: json(AttentionResponse, "The maps"),
      ...problems(...MODEL_PROBLEMS, "unknown-accession", "no-attention-map"),
    },
  },
  handlers: [
    express.json({ limit: BODY_LIMIT_BYTES }),
    async (request, response) => {
      negotiate(request, { "application/json": "json" });
      readQuery(request, NO_QUERY);
      const body = readBody(request, AttentionRequest, '{"accession": "P00974"}');
      const { models, queue, cache, anchors, deadlines } = context;
      const sent = sentBy(body, anchors);
      const signal = requestSignal(request, response, deadlines);
      const { answer, headers } = await useModel(
        models,
        async (model) => {
          requireMap(model.summary);
          const job = jobOf(model, body, sent);
          const { name, fingerprint } = model.summary;
          const key = JSON.stringify([
            name,
            fingerprint,
            sent.accession,
            job.window,
            decodeTokens(job.sequence),
          ]);
          // shared with whoever asks the same meanwhile: it goes on where one of them leaves
          const computed = cache.get(key, () =>
            queue.run(() => collect(model.answer(job, new AbortController().signal))),
          );
          return {
            answer: await abortable(computed, signal),
            headers: modelHeaders(model.summary),
          };
        },
        body.model,
      );
      await sendPieces(response, answer.pieces, {
        type: "application/json",
        headers: { ...headers, "Content-Length": String(answer.byteLength) },
        ...{ signal, waitForClient: true },
      });
    },
  ],
});

function sentBy(
  { sequence, accession }: AttentionRequest,
  anchors: readonly Anchor[],
): SentSequence {
  if (sequence !== undefined) {
    const sent = sentSequence(sequence, "/sequence");
    return typeof sequence === "string" ? { ...sent, accession: "sequence" } : sent;
  }
  const anchor = anchors.find((each) => each.accession === accession || each.name === accession);
  if (anchor !== undefined) {
    return { field: "/accession", accession: anchor.accession, text: anchor.sequence };
  }
  throw new ProblemError("unknown-accession", {
    detail: `known accessions: ${anchors.map((each) => each.accession).join(", ") || "none"}; or send a sequence`,
    field: "/accession",
  });
}

function jobOf(model: ServedModel, body: AttentionRequest, sent: SentSequence): AttentionJob {
  const { config } = model.summary;
  const named = residuesFor(model, sent);
  const { layers, heads, block, maxSize, weights } = body;
  const window = { layers, heads, weights, rows: block?.rows, columns: block?.columns, maxSize };
  const described = describeOrRefuse(config, named.sequence.length, window);
  const maps = described.layers.length * described.heads.length;
  const numbers = maps * described.rows.cells * described.columns.cells;
  if (numbers > ANSWER_LIMIT_NUMBERS) {
    throw new ProblemError("answer-too-large", {
      detail: `expected at most ${ANSWER_LIMIT_NUMBERS} numbers, got ${numbers} (${maps} maps of ${described.rows.cells} × ${described.columns.cells}); ask for fewer layers or heads, a block, or a maxSize`,
      field: sent.field,
      limit: ANSWER_LIMIT_NUMBERS,
    });
  }
  const rows = described.rows.to - described.rows.from;
  const computed = described.layers.length * config.numHeads * rows * named.sequence.length;
  if (computed > ATTENTION_LIMIT_WEIGHTS) {
    throw new ProblemError("answer-too-large", {
      detail: `expected at most ${ATTENTION_LIMIT_WEIGHTS} weights to compute, got ${computed}; ask for fewer layers, or a block of fewer rows`,
      field: sent.field,
      limit: ATTENTION_LIMIT_WEIGHTS,
    });
  }
  return { kind: "attention", ...named, window };
}

function describeOrRefuse(...asked: Parameters<typeof describeWindow>) {
  try {
    return describeWindow(...asked);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const detail = error.message.replace(/^\w+: /, "");
    const part = ["layer", "head", "rows", "columns"].find((each) => detail.includes(` ${each}`));
    const fields = {
      layer: "/layers",
      head: "/heads",
      rows: "/block/rows",
      columns: "/block/columns",
    };
    throw new ProblemError("invalid-request", {
      detail,
      field: fields[part as keyof typeof fields],
    });
  }
}
