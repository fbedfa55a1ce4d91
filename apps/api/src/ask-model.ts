/** The common course of a question to a model: lend it, wait for a turn, send the answer as it is made. */
import type { Request, Response } from "express";
import type { ModelJob } from "./compute/job.ts";
import type { ServedModel } from "./ports.ts";
import { requestSignal } from "./request-signal.ts";
import type { RouteContext } from "./route.ts";
import { modelHeaders, sendPieces } from "./send-pieces.ts";
import { useModel } from "./use-model.ts";

export interface Question {
  readonly job: ModelJob;
  /** Media type of the answer. */
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Residues that go through the model. */
  readonly residues: number;
  /** batch: it shares batches with others. alone: it has the model for itself. */
  readonly turn: "batch" | "alone";
}

/**
 * @param asked which model.
 * @param prepare checks the request against the model; it may answer by itself and return nothing.
 */
export async function askModel(
  { models, gate, queue, deadlines }: RouteContext,
  request: Request<Record<string, string>>,
  response: Response,
  asked: string | undefined,
  prepare: (model: ServedModel) => Question | undefined,
): Promise<void> {
  const signal = requestSignal(request, response, deadlines);
  await useModel(
    models,
    async (model) => {
      const question = prepare(model);
      if (question === undefined) return DONE;
      const { job, type, residues, turn } = question;
      const headers = { ...modelHeaders(model.summary), ...question.headers };
      const send = () =>
        sendPieces(response, model.answer(job, signal), {
          ...{ type, headers, signal },
          waitForClient: turn === "batch",
        });
      await (turn === "batch" ? gate.run(residues, send) : queue.run(send, signal));
      return DONE;
    },
    asked,
  );
}

const DONE = {};
