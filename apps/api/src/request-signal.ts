/**
 * When to stop working for a request: the client has left, or its deadline has passed. The deadline is
 * the client's (X-Deadline-Ms) or the server's, and covers everything from the head of the request to
 * the last byte of the answer, so a client that reads slowly cannot hold its place for ever.
 */
import type { Request, Response } from "express";
import { ProblemError } from "./problem.ts";

export const DEADLINE_HEADER = "X-Deadline-Ms";

export interface Deadlines {
  readonly defaultMs: number;
  readonly maxMs: number;
}

/** Aborted with a ProblemError "deadline-exceeded", or with an `AbortError` where nobody listens any more. */
export function requestSignal(
  request: Request,
  response: Response,
  deadlines: Deadlines,
): AbortSignal {
  const deadlineMs = readDeadline(request, deadlines);
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const detail = `no answer within ${deadlineMs} ms; ask for less, or for more time with ${DEADLINE_HEADER} (at most ${deadlines.maxMs})`;
    controller.abort(new ProblemError("deadline-exceeded", { detail, limit: deadlineMs }));
  }, deadlineMs);
  response.on("close", () => {
    clearTimeout(timer);
    controller.abort();
  });
  return controller.signal;
}

function readDeadline(request: Request, { defaultMs, maxMs }: Deadlines): number {
  const text = request.get(DEADLINE_HEADER);
  if (text === undefined) return defaultMs;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1 || value > maxMs) {
    throw new ProblemError("invalid-request", {
      detail: `expected a whole number of milliseconds from 1 to ${maxMs}`,
      field: DEADLINE_HEADER,
      limit: maxMs,
    });
  }
  return value;
}
